package bot

import (
	"context"
	"sync"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

// olmStore lets one at a time at the Olm sessions. The library's store takes
// its lock and the database's one connection in either order there, and two
// that hold one of them each would wait for ever.
type olmStore struct {
	crypto.Store
	mu sync.Mutex
}

// HasSession tells whether there is a session with that device.
func (s *olmStore) HasSession(ctx context.Context, key id.SenderKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store.HasSession(ctx, key)
}

// GetSessions are the sessions with that device.
func (s *olmStore) GetSessions(ctx context.Context, key id.SenderKey) (crypto.OlmSessionList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store.GetSessions(ctx, key)
}

// GetLatestSession is the session to write to that device with.
func (s *olmStore) GetLatestSession(ctx context.Context, key id.SenderKey) (*crypto.OlmSession, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store.GetLatestSession(ctx, key)
}

// AddSession keeps a new session.
func (s *olmStore) AddSession(ctx context.Context, key id.SenderKey, session *crypto.OlmSession) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store.AddSession(ctx, key, session)
}
