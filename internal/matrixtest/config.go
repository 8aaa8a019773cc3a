package matrixtest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
)

// SharedSecret is the registration secret of every test server.
const SharedSecret = "matrixtest-registration"

// configTemplate names only what differs from Dendrite's defaults, and each
// database, for those have none. Strings are quoted as Go does, which YAML reads.
const configTemplate = `version: 2
global:
  server_name: {{.Name | printf "%q"}}
  private_key: {{.File "matrix_key.pem"}}
  disable_federation: true
  trusted_third_party_id_servers: []
  presence: {enable_inbound: false, enable_outbound: false}
  server_notices: {enabled: false}
  report_stats: {enabled: false}
  cache: {max_size_estimated: 67108864}
  jetstream: {storage_path: {{.File "jetstream"}}, in_memory: false}
client_api:
  registration_disabled: false
  registration_shared_secret: {{.Secret | printf "%q"}}
  guests_disabled: true
  rate_limiting: {enabled: false}
federation_api: {database: {connection_string: {{.DB "federation"}}}, key_perspectives: []}
key_server: {database: {connection_string: {{.DB "key"}}}}
media_api: {database: {connection_string: {{.DB "media"}}}, base_path: {{.File "media"}}}
mscs: {mscs: [], database: {connection_string: {{.DB "mscs"}}}}
relay_api: {database: {connection_string: {{.DB "relay"}}}}
room_server: {database: {connection_string: {{.DB "room"}}}}
sync_api: {database: {connection_string: {{.DB "sync"}}}, search: {enabled: false, index_path: {{.File "search"}}}}
user_api: {account_database: {connection_string: {{.DB "user"}}}, bcrypt_cost: 4}
logging: [{type: std, level: warn}]
`

type config struct {
	Dir, Name, Secret string
}

// File is a quoted path in the server's folder.
func (c config) File(name string) string { return fmt.Sprintf("%q", filepath.Join(c.Dir, name)) }

// DB is a quoted SQLite address in the server's folder, with a write-ahead log:
// Dendrite reads and writes side by side, and without one its pure Go driver waits
// ten seconds for each such meeting and then breaks. Dendrite drops the parameters
// of an address, but not those that are an escaped part of its path.
func (c config) DB(name string) string {
	const params = "%3F_pragma=journal_mode(WAL)%26_pragma=synchronous(NORMAL)"
	path := url.URL{Path: filepath.Join(c.Dir, name+".db")}
	return fmt.Sprintf("%q", "file://"+path.EscapedPath()+params)
}

// writeConfig lays out a new server's folder; one that is there is left as it is,
// for its data belongs to its name and key.
func writeConfig(dir, name, bin string) (path string, err error) {
	path = filepath.Join(dir, "dendrite.yaml")
	if exists(path) {
		return path, nil
	}
	key := filepath.Join(dir, "matrix_key.pem")
	out, err := exec.Command(filepath.Join(filepath.Dir(bin), "generate-keys"), "--private-key", key).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("make server key: %w\n%s", err, out)
	}
	tmpl, err := template.New("dendrite.yaml").Parse(configTemplate)
	if err != nil {
		return "", fmt.Errorf("parse dendrite's config: %w", err)
	}
	var text strings.Builder
	if err := tmpl.Execute(&text, config{Dir: dir, Name: name, Secret: SharedSecret}); err != nil {
		return "", fmt.Errorf("fill dendrite's config: %w", err)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return "", fmt.Errorf("write dendrite's config: %w", err)
	}
	return path, nil
}
