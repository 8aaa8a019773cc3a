package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buffet/internal/modeltest"
)

// An operator learns whether the model answers, and not from members.
func TestCheckModel(t *testing.T) {
	for name, c := range map[string]struct {
		reply modeltest.Reply
		want  string
	}{
		"good":       {modeltest.Good, "✓ model: 127.0.0.1; this month: N 0 tokens, cost 0.00"},
		"wrong key":  {modeltest.Status(401, "invalid_api_key", ""), "✗ model: 127.0.0.1"},
		"wrong JSON": {modeltest.HTML(502), "✗ model: 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := modeltest.New(t, c.reply)
			dir := configured(t)
			appendFile(t, dir, fmt.Sprintf("model: {url: %q, model: m}\n", s.Endpoint()))
			out, _ := call(t, dir, "check")
			if !strings.Contains(out, c.want) {
				t.Errorf("want %s in\n%s", c.want, out)
			}
			if strings.Contains(out, "projector") {
				t.Errorf("says what it sent:\n%s", out)
			}
		})
	}
	var none bytes.Buffer
	k := &checker{p: &Program{Out: &none, Err: &none, cli: new(CLI)}}
	if k.model(t.Context(), new(Config), nil); none.Len() > 0 {
		t.Errorf("without a model: %s", none.String())
	}
}

func appendFile(t *testing.T, dir, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "config.yaml"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
