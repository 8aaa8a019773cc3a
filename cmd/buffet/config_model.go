package main

import (
	"math"
	"strconv"
	"time"

	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v3"

	"buffet/digest"
	"buffet/store"
)

const envModelKey = "BUFFET_MODEL_KEY"

// Model is a language model that sums up what was said, in rooms whose
// organisers turned it on. Costs are in any currency, the same for all.
type Model struct {
	URL            string // such as https://api.example.org/v1
	KeyFile        string
	Model          string
	Timeout        time.Duration // of one request
	Context        int           // tokens
	TokensPerMonth int           // of a network; 0: no limit
	CostIn         float64       // of a million tokens that are read
	CostOut        float64       // of a million tokens that are written
	CostPerMonth   float64       // of a network; 0: no limit
}

// ModelKey returns the service's key from key_file, else from
// BUFFET_MODEL_KEY. It is empty where neither is given: a service of one's
// own may want none.
func (c *Config) ModelKey() (string, error) {
	if c.Model == nil {
		return "", nil
	}
	return secret("key of the model", c.Model.KeyFile, envModelKey)
}

// summariser is the model that sums up; nil without one.
func (c *Config) summariser(st *store.Store, log zerolog.Logger) (*digest.Model, error) {
	if c.Model == nil {
		return nil, nil
	}
	key, err := c.ModelKey()
	if err != nil {
		return nil, err
	}
	m := digest.NewModel(digest.ModelConfig{URL: c.Model.URL, Key: key, Model: c.Model.Model, Timeout: c.Model.Timeout, Context: c.Model.Context})
	m.Log = log
	m.Budget = digest.Budget{Store: st, Now: time.Now, Tokens: int64(c.Model.TokensPerMonth),
		CostIn: c.Model.CostIn, CostOut: c.Model.CostOut, Cost: c.Model.CostPerMonth}
	return m, nil
}

func (r *configReader) model(n *yaml.Node, path string, into **Model) {
	m := &Model{Timeout: time.Minute, Context: 8192}
	*into = m
	r.mapping(n, path, r.modelKeys(m))
	if m.CostPerMonth > 0 && m.CostIn == 0 && m.CostOut == 0 {
		r.fault(n, path+".cost_per_month", "cost_in or cost_out beside it", "neither")
	}
}

func (r *configReader) modelKeys(m *Model) []configKey {
	const wantURL = `an address such as "https://api.example.org/v1"`
	return []configKey{
		{"url", wantURL, func(n *yaml.Node, path string) {
			r.url(n, path, wantURL, embeddingsFlaw, &m.URL)
		}},
		{"key_file", "", r.text("the path of a file", &m.KeyFile)},
		{"model", "the name of a model", r.text("the name of a model", &m.Model)},
		{"timeout", "", r.duration("a duration from 1s to 5m, such as 60s", time.Second, 5*time.Minute, &m.Timeout)},
		{"context", "", r.number("a number of tokens from 2048 to 10000000", 2048, 10_000_000, &m.Context)},
		{"tokens_per_month", "", r.number("a number of tokens from 0 to 1000000000", 0, 1_000_000_000, &m.TokensPerMonth)},
		{"cost_in", "", r.decimal(&m.CostIn)},
		{"cost_out", "", r.decimal(&m.CostOut)},
		{"cost_per_month", "", r.decimal(&m.CostPerMonth)},
	}
}

// decimal reads a sum of money.
func (r *configReader) decimal(into *float64) func(*yaml.Node, string) {
	const want, most = "a number from 0 to 1000000, such as 0.15", 1_000_000
	return func(n *yaml.Node, path string) {
		if tag := n.ShortTag(); n.Kind != yaml.ScalarNode || tag != "!!int" && tag != "!!float" {
			r.fault(n, path, want, kindOf(n))
			return
		}
		value, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || math.IsNaN(value) || value < 0 || value > most {
			r.fault(n, path, want, clip(n.Value))
			return
		}
		*into = value
	}
}
