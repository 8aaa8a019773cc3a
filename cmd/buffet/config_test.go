package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"maunium.net/go/mautrix/id"
)

const exampleConfig = "../../config.example.yaml"

// fiveFields stands in for the schedule's own check, which has its own tests.
func fiveFields(spec, zone string) error {
	if _, err := time.LoadLocation(zone); err != nil {
		return err
	}
	if len(strings.Fields(spec)) != 5 {
		return errors.New("five fields are needed")
	}
	return nil
}

func writeFile(t *testing.T, name, text string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func loadText(t *testing.T, text string) *Config {
	t.Helper()
	c, err := LoadConfig(writeFile(t, "config.yaml", text, 0o600), fiveFields)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// uncommented is the example with its optional settings switched on, but for the keys left out.
func uncommented(t *testing.T, but ...string) string {
	t.Helper()
	text, err := os.ReadFile(exampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	setting := regexp.MustCompile(`^( *)#((?:- )?([a-z_]*).*)$`)
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		m := setting.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[2], " ") || m[2] == "" || slices.Contains(but, m[3]) {
			continue
		}
		lines[i] = m[1] + m[2]
	}
	return strings.Join(lines, "\n")
}

func TestBadConfigs(t *testing.T) {
	files, err := filepath.Glob("testdata/config/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			_, err := LoadConfig(file, fiveFields)
			var fault *ConfigError
			if !errors.As(err, &fault) {
				t.Fatalf("got %v, want a *ConfigError", err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".faults")
			if err != nil {
				t.Fatal(err)
			}
			fault.File = filepath.Base(file)
			if got := fault.Error() + "\n"; got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestConfigDefaults(t *testing.T) {
	path := writeFile(t, "config.yaml", "homeserver: http://localhost:8008/\nuser: \"@b:localhost\"\nlanguage:\nnetworks: [{name: A}]\n", 0o600)
	got, err := LoadConfig(path, fiveFields)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Homeserver: "http://localhost:8008", User: "@b:localhost", Data: filepath.Join(filepath.Dir(path), "data"),
		Language: "de", Timezone: "Europe/Berlin", Log: "text",
		Networks: []Network{{Name: "A", Language: "de", Timezone: "Europe/Berlin", Prefix: "!", Digest: "0 16 * * 5", Retention: 24}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestNetworksInheritFromTheTop(t *testing.T) {
	// The order of the keys does not matter, and aliases stand for what they name.
	c := loadText(t, `
networks:
  - {name: A, announce: &weekly "0 9 * * 1", digest: never}
  - {name: B, language: de, timezone: Asia/Tokyo, digest: *weekly, rooms: ["!only_an_id"]}
timezone: Europe/London
language: en
homeserver: https://example.org/matrix
user: "@b:example.org:8448"
data: /var/lib/buffet
`)
	want := []Network{
		{Name: "A", Language: "en", Timezone: "Europe/London", Prefix: "!", Retention: 24, Announce: "0 9 * * 1"},
		{Name: "B", Language: "de", Timezone: "Asia/Tokyo", Prefix: "!", Retention: 24, Digest: "0 9 * * 1", Rooms: []string{"!only_an_id"}},
	}
	if !reflect.DeepEqual(c.Networks, want) {
		t.Errorf("got %+v\nwant %+v", c.Networks, want)
	}
	if c.Data != "/var/lib/buffet" {
		t.Errorf("data is %q", c.Data)
	}
}

func TestExampleLoads(t *testing.T) {
	if _, err := LoadConfig(exampleConfig, fiveFields); err != nil {
		t.Error(err)
	}
	byToken := loadText(t, uncommented(t, "password_file"))
	byPassword := loadText(t, uncommented(t, "access_token_file", "device_id"))
	if byToken.DeviceID != "BUFFETDEVICE" || filepath.Base(byPassword.PasswordFile) != "password" {
		t.Errorf("sign-in: %+v, %+v", byToken, byPassword)
	}
	embeddings := byToken.Embeddings
	if embeddings == nil || filepath.Base(embeddings.KeyFile) != "embeddings_key" || embeddings.Dimensions != 512 || embeddings.Timeout != 5*time.Second {
		t.Errorf("embeddings: %+v", embeddings)
	}
	model := byToken.Model
	if model == nil || filepath.Base(model.KeyFile) != "model_key" {
		t.Fatalf("model: %+v", model)
	}
	model.KeyFile = ""
	if want := (Model{URL: "https://api.example.org/v1", Model: "gpt-4o-mini", Timeout: time.Minute, Context: 8192, TokensPerMonth: 2000000,
		CostIn: 0.15, CostOut: 0.6, CostPerMonth: 5}); *model != want {
		t.Errorf("model: %+v", model)
	}
	if web := byToken.Web; web == nil || *web != (Web{Listen: "127.0.0.1:8088", URL: "https://buffet.example.org"}) {
		t.Errorf("web: %+v", web)
	}
	want := []Network{{
		Name: "Example network", Language: "en", Timezone: "Europe/Vienna", Prefix: "!", Retention: 24,
		Rooms:      []string{"#buffet:example.org", "!VwLnQPQVHWpNRyMhkX:example.org"},
		Spaces:     []string{"#network:example.org"},
		Organisers: []id.UserID{"@anna:example.org"},
		Announce:   "0 9 * * 1", Digest: "0 16 * * 5", DigestRoom: "#buffet:example.org",
		Feeds: []Feed{{URL: "https://example.org/calendar.ics", Every: time.Hour}},
	}}
	if !reflect.DeepEqual(byPassword.Networks, want) {
		t.Errorf("got %+v\nwant %+v", byPassword.Networks, want)
	}
}

func TestExampleNamesEveryKey(t *testing.T) {
	r := &configReader{}
	var known []string
	for prefix, keys := range map[string][]configKey{
		"":                    r.configKeys(&Config{}),
		"embeddings.":         r.embeddingsKeys(&Embeddings{}),
		"model.":              r.modelKeys(&Model{}),
		"web.":                r.webKeys(&Web{}),
		"networks[].":         r.networkKeys(&Network{}, ""),
		"networks[].feeds[].": r.feedKeys(&Feed{}, nil),
	} {
		for _, key := range keys {
			known = append(known, prefix+key.name)
		}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(uncommented(t)), &doc); err != nil {
		t.Fatal(err)
	}
	shown := keysOf(doc.Content[0], "")
	slices.Sort(known)
	slices.Sort(shown)
	if !slices.Equal(known, shown) {
		t.Errorf("the loader knows %v\nthe example shows %v", known, shown)
	}
}

func keysOf(n *yaml.Node, path string) []string {
	var keys []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			at := strings.TrimPrefix(path+"."+n.Content[i].Value, ".")
			keys = append(append(keys, at), keysOf(n.Content[i+1], at)...)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			keys = append(keys, keysOf(item, path+"[]")...)
		}
	}
	return keys
}

func TestConfigFileItself(t *testing.T) {
	dir := t.TempDir()
	large := writeFile(t, "config.yaml", strings.Repeat("#\n", maxConfigSize/2)+"#", 0o600)
	for path, want := range map[string]string{
		dir:                           "this is a folder",
		filepath.Join(dir, "no.yaml"): "start from config.example.yaml",
		large:                         "larger than 1 MiB",
	} {
		if _, err := LoadConfig(path, fiveFields); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", path, err, want)
		}
	}
	if _, err := LoadConfig(filepath.Join(dir, "no.yaml"), fiveFields); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file is not fs.ErrNotExist: %v", err)
	}
}

func TestFaultsAreCounted(t *testing.T) {
	err := &ConfigError{File: "c", Faults: make([]Fault, 70)}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 51 || lines[50] != "c: and 20 more" {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
}

func TestSecrets(t *testing.T) {
	t.Setenv(envPassword, "from the environment")
	t.Setenv(envAccessToken, "")
	for _, test := range []struct {
		name, text, want, fault string
	}{
		{"plain", "secret", "secret", ""},
		{"one newline is cut", "secret\n\n", "secret\n", ""},
		{"a newline as Windows writes it", "se cret\r\n", "se cret", ""},
		{"empty", "\n", "", "is empty"},
		{"large", strings.Repeat("x", maxSecretSize+1), "", "larger than 64 KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := writeFile(t, "secret", test.text, 0o600)
			c := &Config{PasswordFile: path, AccessTokenFile: path}
			for _, read := range []func() (string, error){c.Password, c.AccessToken} {
				got, err := read()
				if got != test.want || (err == nil) != (test.fault == "") || (err != nil && !strings.Contains(err.Error(), test.fault)) {
					t.Errorf("got %q, %v", got, err)
				}
			}
			if len(c.Warnings()) > 0 {
				t.Errorf("warnings %v", c.Warnings())
			}
		})
	}
	if got, err := new(Config).Password(); got != "from the environment" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := new(Config).AccessToken(); got != "" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := (&Config{PasswordFile: "/no/such"}).Password(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	t.Setenv(envEmbeddingsKey, "key")
	if got, err := (&Config{Embeddings: &Embeddings{}}).EmbeddingsKey(); got != "key" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	shown := &Config{Embeddings: &Embeddings{KeyFile: writeFile(t, "key", "k\n", 0o644)}}
	if got, err := shown.EmbeddingsKey(); got != "k" || err != nil || len(shown.Warnings()) != 1 {
		t.Errorf("got %q, %v, warnings %v", got, err, shown.Warnings())
	}
	t.Setenv(envModelKey, "key")
	if got, err := (&Config{Model: &Model{}}).ModelKey(); got != "key" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	shown = &Config{Model: &Model{KeyFile: writeFile(t, "key", "k\n", 0o644)}}
	if got, err := shown.ModelKey(); got != "k" || err != nil || len(shown.Warnings()) != 1 {
		t.Errorf("got %q, %v, warnings %v", got, err, shown.Warnings())
	}
	open := &Config{PasswordFile: writeFile(t, "secret", "secret", 0o644)}
	if got, err := open.Password(); got != "secret" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if warnings := open.Warnings(); len(warnings) != 1 || !strings.HasPrefix(warnings[0], open.PasswordFile) {
		t.Errorf("warnings %v", warnings)
	}
}
