package gonumblas

func (x *product) multiply() { x.multiplyPacked() }
