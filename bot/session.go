package bot

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"maunium.net/go/mautrix/id"
)

// Session is the device that the bot is: what no database backup may hold.
// It lies beside the database in a file of its own that only its owner can
// read.
type Session struct {
	Homeserver  string      `json:"homeserver"`
	UserID      id.UserID   `json:"user_id"`
	DeviceID    id.DeviceID `json:"device_id"`
	AccessToken string      `json:"access_token"`
	PickleKey   []byte      `json:"pickle_key"` // encrypts the encryption keys in the database
}

// ErrNoSession means that nobody has logged in yet.
var ErrNoSession = errors.New("not logged in yet")

func sessionPath(data string) string { return filepath.Join(data, "session.json") }

// LoadSession reads the session in the data folder, or gives ErrNoSession.
func LoadSession(data string) (*Session, error) {
	text, err := os.ReadFile(sessionPath(data))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	s := new(Session)
	if err := json.Unmarshal(text, s); err != nil || s.AccessToken == "" || len(s.PickleKey) == 0 {
		return nil, fmt.Errorf("%s is damaged: run buffet reset-device", sessionPath(data))
	}
	return s, nil
}

// save writes the session, whole or not at all.
func (s *Session) save(data string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	part := sessionPath(data) + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return os.Rename(part, sessionPath(data))
}

func newPickleKey() []byte {
	key := make([]byte, 32)
	rand.Read(key)
	return key
}
