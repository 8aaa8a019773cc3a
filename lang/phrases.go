// Package lang holds what people read and type: phrases, dates and texts, in
// German and English.
package lang

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The languages that people are answered in.
const (
	German  = "de"
	English = "en"
)

//go:embed phrases/*.json
var phraseFiles embed.FS

// Phrases are all sentences, by key and language. Each room of the house has
// its own files: phrases/<room>.<language>.json.
type Phrases struct {
	by map[string]*i18n.Localizer
}

// Values fill the {{.Name}} places of a phrase. "Count" chooses the plural.
type Values map[string]any

// Load reads the phrases that are built in.
func Load() (*Phrases, error) {
	bundle := i18n.NewBundle(language.German)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	names, err := fs.Glob(phraseFiles, "phrases/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := bundle.LoadMessageFileFS(phraseFiles, name); err != nil {
			return nil, fmt.Errorf("read phrases %s: %w", name, err)
		}
	}
	return &Phrases{by: map[string]*i18n.Localizer{
		German: i18n.NewLocalizer(bundle, German), English: i18n.NewLocalizer(bundle, English),
	}}, nil
}

// Say is the phrase of that key in that language ("de" or "en"; anything else
// is German), for Text.Say or, by Plain, for a terminal. A key without a
// phrase gives the key itself, which a test forbids.
func (p *Phrases) Say(lang, key string, values ...Values) string {
	l, ok := p.by[lang]
	if !ok {
		l = p.by[German]
	}
	c := &i18n.LocalizeConfig{MessageID: key}
	data := Values{"P": ""} // the prefix of commands; where it is not given, none is shown
	for _, some := range values {
		for k, v := range some {
			if s, ok := v.(string); ok {
				v = guard(s)
			}
			data[k] = v
		}
	}
	c.TemplateData, c.PluralCount = data, data["Count"]
	s, err := l.Localize(c)
	if err != nil && s == "" {
		return key
	}
	return s
}

// Text is the phrase as a message of its own.
func (p *Phrases) Text(lang, key string, values ...Values) *Text {
	return new(Text).Say(p.Say(lang, key, values...))
}

// Problem is an error that is safe to show a person: a phrase's key and what
// fills it. Everything else is an internal fault.
type Problem struct {
	Key    string
	Values Values
	Err    error // for the log, may be nil
}

// Error is for the log.
func (p *Problem) Error() string {
	if p.Err != nil {
		return p.Key + ": " + p.Err.Error()
	}
	return p.Key
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Wrong makes a Problem.
func Wrong(key string, values ...Values) error {
	p := &Problem{Key: key}
	if len(values) > 0 {
		p.Values = values[0]
	}
	return p
}

// AsProblem finds the Problem in err.
func AsProblem(err error) (*Problem, bool) { return errors.AsType[*Problem](err) }
