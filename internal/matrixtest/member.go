package matrixtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// MemberOptions say how a member comes in. The zero value is a new device.
type MemberOptions struct {
	Dir         string         // keeps the device; one that was used before goes on, without a new login. "" is temporary
	Password    string         // "" is Password(name)
	RecoveryKey string         // makes a second device of the same account a verified one
	Log         zerolog.Logger // the client's; the zero value is silent
}

// Member is a person at a client with encryption: a mautrix client that syncs in
// the background and remembers all it has seen. Its methods may be used from
// several goroutines; those that change a room's members return once the member's
// own client knows about it.
type Member struct {
	Client      *mautrix.Client
	UserID      id.UserID
	Name        string
	RecoveryKey string

	dir       string
	temporary bool
	helper    *cryptohelper.CryptoHelper
	guard     roomGuard
	log       *eventLog

	stop    context.CancelFunc
	stopped chan struct{}
	close   func() error
}

// Password is the password that NewMember gives a name if none is set.
func Password(name string) string { return "password-of-" + name }

// Register makes an account; it is an error if the name is taken.
func (s *Server) Register(ctx context.Context, name, password string) (id.UserID, error) {
	client, err := mautrix.NewClient(s.URL, "", "")
	if err != nil {
		return "", fmt.Errorf("register %s: %w", name, err)
	}
	resp, err := client.RegisterDummy(ctx, &mautrix.ReqRegister[any]{Username: name, Password: password, InhibitLogin: true})
	if err != nil {
		return "", fmt.Errorf("register %s: %w", name, err)
	}
	return resp.UserID, nil
}

// NewMember logs a member in, whose account is made if there is none, and starts
// to sync. The context bounds the login, not the member's life: that ends by Close.
func NewMember(ctx context.Context, server *Server, name string, opts MemberOptions) (*Member, error) {
	if opts.Password == "" {
		opts.Password = Password(name)
	}
	if _, err := server.Register(ctx, name, opts.Password); err != nil && !errors.Is(err, mautrix.MUserInUse) {
		return nil, err
	}
	m := &Member{Name: name, dir: opts.Dir, temporary: opts.Dir == "", log: newEventLog(), stopped: make(chan struct{})}
	if err := m.open(ctx, server, opts); err != nil {
		return nil, fmt.Errorf("log %s in: %w", name, err)
	}
	// No retries within a sync: they wait for seconds, and sync does better.
	syncCtx, stop := context.WithCancel(mautrix.WithMaxRetries(context.WithoutCancel(ctx), 0))
	m.stop = stop
	m.close = sync.OnceValue(m.end)
	go m.sync(syncCtx)
	if err := m.log.waitFirst(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("log %s in: first sync: %w", name, err), m.Close())
	}
	return m, nil
}

// sync goes on over everything but Close and the end of the device.
func (m *Member) sync(ctx context.Context) {
	defer close(m.stopped)
	for {
		// It gives up at once if the server is away while it sets its filter.
		err := m.Client.SyncWithContext(ctx)
		if ctx.Err() != nil || errors.Is(err, mautrix.MUnknownToken) {
			m.log.end(err)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(syncRetry):
		}
	}
}

func (m *Member) open(ctx context.Context, server *Server, opts MemberOptions) (err error) {
	if m.temporary {
		m.dir, err = os.MkdirTemp(server.Dir, "member-")
	} else {
		err = os.MkdirAll(m.dir, 0o700)
	}
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	db, err := openDB(filepath.Join(m.dir, "member.db"))
	if err != nil {
		return err
	}
	if err := m.login(ctx, server, db, opts); err != nil {
		return errors.Join(err, db.Close(), m.removeDir())
	}
	return nil
}

func (m *Member) login(ctx context.Context, server *Server, db *dbutil.Database, opts MemberOptions) error {
	client, err := mautrix.NewClient(server.URL, "", "")
	if err != nil {
		return err
	}
	client.Log = opts.Log
	client.DefaultHTTPRetries = 3
	client.Syncer = m.log
	device := deviceStore{db}
	client.UserID, client.DeviceID, client.AccessToken, m.RecoveryKey, err = device.load(ctx)
	fresh := errors.Is(err, sql.ErrNoRows)
	if err != nil && !fresh {
		return fmt.Errorf("load device: %w", err)
	}
	m.helper, err = cryptohelper.NewCryptoHelper(client, []byte("matrixtest"), db)
	if err != nil {
		return err
	}
	if fresh {
		m.helper.LoginAs = passwordLogin(m.Name, opts.Password)
	}
	m.helper.DecryptErrorCallback = m.log.seeUndecrypted
	if err := m.helper.Init(ctx); err != nil {
		return fmt.Errorf("start encryption: %w", err)
	}
	client.Crypto = m.helper
	m.Client, m.UserID, m.guard = client, client.UserID, roomGuard{client: client}
	// After Init, so that the state store knows an event before the log shows it.
	m.log.OnEvent(m.log.see)
	if !fresh {
		return nil
	}
	if err := m.crossSign(ctx, opts); err != nil {
		return err
	}
	if err := device.save(ctx, client, m.RecoveryKey); err != nil {
		return fmt.Errorf("save device: %w", err)
	}
	return nil
}

// crossSign sets the account's identity up with its first device. A further one
// is signed with the recovery key, and stays unverified without.
func (m *Member) crossSign(ctx context.Context, opts MemberOptions) error {
	machine := m.helper.Machine()
	hasKeys, _, err := machine.GetOwnVerificationStatus(ctx)
	if err != nil {
		return fmt.Errorf("read cross-signing state: %w", err)
	}
	if hasKeys {
		m.RecoveryKey = opts.RecoveryKey
		if opts.RecoveryKey == "" {
			return nil
		}
		if err := machine.VerifyWithRecoveryKey(ctx, opts.RecoveryKey); err != nil {
			return fmt.Errorf("verify with recovery key: %w", err)
		}
		return nil
	}
	m.RecoveryKey, _, err = machine.GenerateAndUploadCrossSigningKeysWithPassword(ctx, opts.Password, "")
	if err != nil {
		return fmt.Errorf("set cross-signing up: %w", err)
	}
	if err := machine.SignOwnDevice(ctx, machine.OwnIdentity()); err != nil {
		return fmt.Errorf("sign own device: %w", err)
	}
	if err := machine.SignOwnMasterKey(ctx); err != nil {
		return fmt.Errorf("sign own master key: %w", err)
	}
	return nil
}

// Close ends the sync and closes the device's store; a temporary one is removed.
// Further calls return what the first one did.
func (m *Member) Close() error { return m.close() }

func (m *Member) end() error {
	m.stop()
	<-m.stopped
	return errors.Join(m.helper.Close(), m.removeDir())
}

func (m *Member) removeDir() error {
	if !m.temporary {
		return nil
	}
	return os.RemoveAll(m.dir)
}

// Events are all events seen so far, in order of arrival and decrypted; what could
// not be decrypted is there as m.room.encrypted. In each one's Mautrix field stand
// its arrival (ReceivedAt), WasEncrypted and TrustState.
func (m *Member) Events() []*event.Event {
	return m.log.from(0).events
}

// Messages are the m.room.message events seen in a room, edits among them.
func (m *Member) Messages(room id.RoomID) []*event.Event {
	var messages []*event.Event
	for _, evt := range m.Events() {
		if evt.Type == event.EventMessage && evt.RoomID == room {
			messages = append(messages, evt)
		}
	}
	return messages
}

// Mark lets Wait begin with what comes from now on, and returns that position
// for WaitFrom.
func (m *Member) Mark() int { return m.log.setMark() }

// Wait returns the first event since the last Mark that matches, be it here or
// still to come.
func (m *Member) Wait(ctx context.Context, match func(*event.Event) bool) (*event.Event, error) {
	return m.WaitFrom(ctx, m.log.getMark(), match)
}

// WaitFrom is Wait from a mark of one's own, for several waits side by side.
func (m *Member) WaitFrom(ctx context.Context, mark int, match func(*event.Event) bool) (*event.Event, error) {
	evt, err := m.log.wait(ctx, mark, match)
	if err != nil {
		return nil, fmt.Errorf("%s waits for an event: %w", m.Name, err)
	}
	return evt, nil
}

// WaitEvent waits for the event with that id, seen at any time.
func (m *Member) WaitEvent(ctx context.Context, eventID id.EventID) (*event.Event, error) {
	return m.WaitFrom(ctx, 0, func(evt *event.Event) bool { return evt.ID == eventID })
}

// WaitReply waits for somebody else's reply to an event, seen at any time.
func (m *Member) WaitReply(ctx context.Context, to id.EventID) (*event.Event, error) {
	return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
		content, ok := evt.Content.Parsed.(*event.MessageEventContent)
		return ok && evt.Sender != m.UserID && content.RelatesTo.GetReplyTo() == to
	})
}

// WaitMember waits until a room's member was last seen with that membership.
func (m *Member) WaitMember(ctx context.Context, room id.RoomID, user id.UserID, membership event.Membership) error {
	return m.waitMember(ctx, 0, room, user, membership)
}

func (m *Member) waitMember(ctx context.Context, mark int, room id.RoomID, user id.UserID, membership event.Membership) error {
	_, err := m.WaitFrom(ctx, mark, func(evt *event.Event) bool {
		content, ok := evt.Content.Parsed.(*event.MemberEventContent)
		return ok && evt.RoomID == room && evt.GetStateKey() == string(user) && content.Membership == membership
	})
	return err
}
