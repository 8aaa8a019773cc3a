package main

import (
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v3"

	"buffet/knowledge"
	"buffet/store"
)

const envEmbeddingsKey = "BUFFET_EMBEDDINGS_KEY"

// Embeddings is a service that turns texts into vectors. Texts of rooms whose
// organisers turned it on are sent there.
type Embeddings struct {
	URL        string // without a slash at the end; such as https://api.example.org/v1
	KeyFile    string
	Model      string
	Dimensions int           // of a vector; 0: as many as the model gives
	Timeout    time.Duration // of one request
}

// EmbeddingsKey returns the service's key from key_file, else from
// BUFFET_EMBEDDINGS_KEY. It is empty where neither is given: a service of
// one's own may want none.
func (c *Config) EmbeddingsKey() (string, error) {
	if c.Embeddings == nil {
		return "", nil
	}
	if c.Embeddings.KeyFile == "" {
		return os.Getenv(envEmbeddingsKey), nil
	}
	return secret("key of embeddings", c.Embeddings.KeyFile, envEmbeddingsKey)
}

// meaning is the search by meaning; without embeddings it does nothing.
func (c *Config) meaning(st *store.Store, log zerolog.Logger) (*knowledge.Meaning, error) {
	m := &knowledge.Meaning{Store: st, Now: time.Now, Log: log}
	if e := c.Embeddings; e != nil {
		key, err := c.EmbeddingsKey()
		if err != nil {
			return nil, err
		}
		m.Embedder = knowledge.New(knowledge.EmbedConfig{URL: e.URL, Key: key, Model: e.Model, Dimensions: e.Dimensions, Timeout: e.Timeout})
	}
	return m, nil
}

func (r *configReader) embeddingsKeys(e *Embeddings) []configKey {
	const wantURL = `an address such as "https://api.example.org/v1"`
	return []configKey{
		{"url", wantURL, func(n *yaml.Node, path string) {
			r.url(n, path, wantURL, embeddingsFlaw, &e.URL)
		}},
		{"key_file", "", r.text("the path of a file", &e.KeyFile)},
		{"model", "the name of a model", r.text("the name of a model", &e.Model)},
		{"dimensions", "", r.number("a number from 1 to 8192", 1, 8192, &e.Dimensions)},
		{"timeout", "", r.duration("a duration from 1s to 60s, such as 5s", time.Second, time.Minute, &e.Timeout)},
	}
}

// embeddingsFlaw allows http for services on the same machine only: texts and
// the key would cross the network for everybody to read.
func embeddingsFlaw(u *url.URL) string {
	found := homeserverFlaw(u)
	switch host := u.Hostname(); {
	case found != "":
		return found
	case u.Scheme == "http" && host != "localhost" && host != "127.0.0.1" && host != "::1":
		return "http:// to another machine, which does not hide what is sent"
	}
	return ""
}

func (r *configReader) number(want string, least, most int, into *int) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" {
			r.fault(n, path, want, kindOf(n))
			return
		}
		value, err := strconv.Atoi(n.Value)
		if err != nil || value < least || value > most {
			r.fault(n, path, want, clip(n.Value))
			return
		}
		*into = value
	}
}

func (r *configReader) duration(want string, least, most time.Duration, into *time.Duration) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		value, ok := r.scalar(n, path, want)
		if !ok {
			return
		}
		d, err := time.ParseDuration(value)
		if err != nil || d < least || d > most {
			r.fault(n, path, want, clip(value))
			return
		}
		*into = d
	}
}
