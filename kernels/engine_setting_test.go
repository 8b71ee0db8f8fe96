package kernels

import "testing"

// TestEngineSetting: what computes where a variable names an engine that is not there, and what
// is said about it.
func TestEngineSetting(t *testing.T) {
	for _, test := range []struct {
		variable, value string
		auto            bool
		active, unknown string
	}{
		{EngineVariable, "", true, "panels", ""},
		{EngineVariable, "AUTO", true, "auto", ""},
		{EngineVariable, "OpenBLASx", true, "panels", `packedlstm: PACKEDLSTM_ENGINE: engine "openblasx": this binary has panels, auto`},
		{StepEngineVariable, "", false, "panels", ""},
		{StepEngineVariable, "auto", false, "panels", `packedlstm: PACKEDLSTM_STEP_ENGINE: engine "auto": this binary has panels`},
	} {
		t.Setenv(test.variable, test.value)
		var s engineSetting
		s.start(test.variable, test.auto)
		engines.RLock()
		registered := engines.registered
		engines.RUnlock()
		want := test.unknown
		for _, e := range registered { // by other tests
			want += ", " + e.Name()
		}
		if got := s.active(); got != test.active {
			t.Errorf("%s=%s: %s computes, want %s", test.variable, test.value, got, test.active)
		}
		if want += "; using panels"; test.unknown != "" && s.unknown() != want {
			t.Errorf("%s=%s: %q, want %q", test.variable, test.value, s.unknown(), want)
		}
	}
}
