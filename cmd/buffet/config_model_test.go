package main

import (
	"testing"

	"github.com/rs/zerolog"
)

func TestSummariser(t *testing.T) {
	if m, err := new(Config).summariser(nil, zerolog.Nop()); m != nil || err != nil {
		t.Errorf("without a model: %v, %v", m, err)
	}
	c := &Config{Model: &Model{URL: "https://api.example.org/v1", Model: "m", TokensPerMonth: 7, CostIn: 1, CostOut: 2, CostPerMonth: 3}}
	m, err := c.summariser(nil, zerolog.Nop())
	if err != nil || m.Host() != "api.example.org" || m.Budget.Tokens != 7 || m.Budget.CostIn != 1 || m.Budget.CostOut != 2 || m.Budget.Cost != 3 {
		t.Errorf("%+v, %v", m, err)
	}
	c.Model.KeyFile = "/no/such"
	if _, err := c.summariser(nil, zerolog.Nop()); err == nil {
		t.Error("a key that is not there is no fault")
	}
}
