package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

const (
	maxConfigSize = 1 << 20
	maxSecretSize = 64 << 10

	envPassword    = "BUFFET_PASSWORD"
	envAccessToken = "BUFFET_ACCESS_TOKEN"
)

// Config is what the operator wrote, checked and with the defaults filled in. Paths stand relative to the
// folder of the config file; secrets are not in it, see Password,
// AccessToken, EmbeddingsKey and ModelKey.
type Config struct {
	Homeserver      string // without a slash at the end
	User            id.UserID
	PasswordFile    string
	AccessTokenFile string
	DeviceID        id.DeviceID
	Data            string
	Language        string      // "de" or "en"
	Timezone        string      // IANA name
	Log             string      // "text" or "json"
	Embeddings      *Embeddings // nil: none
	Model           *Model      // nil: none
	Web             *Web        // nil: none
	Networks        []Network
}

// Network is one network of member organisations. Language and Timezone are those of the whole file where the
// network names none of its own.
type Network struct {
	Name       string
	Language   string
	Timezone   string
	Prefix     string
	Rooms      []string // aliases and room ids
	Spaces     []string // aliases and room ids
	Organisers []id.UserID
	Announce   string // cron line, or empty
	Digest     string // cron line, or empty
	DigestRoom string // alias or room id, or empty
	Retention  int    // months that what was said is kept
	Feeds      []Feed
}

// Feed is a calendar that is read again and again.
type Feed struct {
	URL   string
	Every time.Duration
}

// checkLine says what is wrong with a cron line in a time zone.
type checkLine func(spec, zone string) error

// LoadConfig reads and checks the config file. What is wrong inside the file comes back as one *ConfigError.
func LoadConfig(path string, check checkLine) (*Config, error) {
	text, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	config, faults := parseConfig(text, check)
	if len(faults) > 0 {
		return nil, &ConfigError{File: path, Faults: faults}
	}
	dir := filepath.Dir(path)
	config.Data = beside(dir, config.Data)
	config.PasswordFile = beside(dir, config.PasswordFile)
	config.AccessTokenFile = beside(dir, config.AccessTokenFile)
	if config.Embeddings != nil {
		config.Embeddings.KeyFile = beside(dir, config.Embeddings.KeyFile)
	}
	if config.Model != nil {
		config.Model.KeyFile = beside(dir, config.Model.KeyFile)
	}
	return config, nil
}

func readConfig(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read config %s: %w; start from config.example.yaml, or name the file with -c", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("read config %s: this is a folder; name the file in it, such as %s", path, filepath.Join(path, "config.yaml"))
	}
	text, err := io.ReadAll(io.LimitReader(file, maxConfigSize+1))
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	if len(text) > maxConfigSize {
		return nil, fmt.Errorf("read config %s: larger than 1 MiB, which no config needs", path)
	}
	return text, nil
}

// beside makes a path from the config file absolute to the file's folder. Empty stays empty.
func beside(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// Password returns the account's password from password_file, else from BUFFET_PASSWORD. It is empty where
// neither is given: only the first start needs it.
func (c *Config) Password() (string, error) {
	return secret("password", c.PasswordFile, envPassword)
}

// AccessToken returns the token from access_token_file, else from BUFFET_ACCESS_TOKEN, else nothing.
func (c *Config) AccessToken() (string, error) {
	return secret("access token", c.AccessTokenFile, envAccessToken)
}

// Warnings lists what works but should not stay so: secret files that everybody on the machine can read.
func (c *Config) Warnings() []string {
	var warnings []string
	paths := []string{c.PasswordFile, c.AccessTokenFile}
	if c.Embeddings != nil {
		paths = append(paths, c.Embeddings.KeyFile)
	}
	if c.Model != nil {
		paths = append(paths, c.Model.KeyFile)
	}
	for _, path := range paths {
		if path == "" {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o004 != 0 {
			warnings = append(warnings, fmt.Sprintf("%s can be read by every user of this machine; chmod 600 would keep it secret", path))
		}
	}
	return warnings
}

func secret(what, path, env string) (string, error) {
	if path == "" {
		return os.Getenv(env), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", what, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSecretSize+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", what, err)
	}
	if len(text) > maxSecretSize {
		return "", fmt.Errorf("read %s: %s is larger than 64 KiB", what, path)
	}
	value := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if value == "" {
		return "", fmt.Errorf("read %s: %s is empty", what, path)
	}
	return value, nil
}

// Fault is one thing in the config that is not as it should be.
type Fault struct {
	Line     int    // counted from 1
	Path     string // such as networks[0].rooms[1]; empty for the file as a whole
	Expected string
	Found    string
}

// ConfigError holds all faults of one config file, in the order of their lines.
type ConfigError struct {
	File   string
	Faults []Fault
}

func (e *ConfigError) Error() string {
	const most = 50
	var text strings.Builder
	for i, f := range e.Faults {
		if i > 0 {
			text.WriteByte('\n')
		}
		if i == most {
			fmt.Fprintf(&text, "%s: and %d more", e.File, len(e.Faults)-most)
			break
		}
		fmt.Fprintf(&text, "%s:%d: ", e.File, f.Line)
		if f.Path != "" {
			fmt.Fprintf(&text, "%s: ", f.Path)
		}
		fmt.Fprintf(&text, "expected %s, found %s", f.Expected, f.Found)
	}
	return text.String()
}
