// Package examples shows the library in use: the test files hold what a tutorial
// would, the folders hold programs on real data.
package examples
