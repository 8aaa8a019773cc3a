package bot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// What can be wrong with the account; each has one remedy, which the text names.
var (
	ErrDeviceLost    = errors.New("the database does not hold this device's keys any more: run buffet reset-device")
	ErrNeedsRecovery = errors.New("the account has its own identity already: the recovery key is needed")
	ErrLoggedIn      = errors.New("already logged in: buffet reset-device makes a new device")
	ErrLoggedOut     = errors.New("the homeserver has ended this session: run buffet reset-device")
	ErrWrongPassword = errors.New("the homeserver does not accept this user and password")
)

// Credentials are how the bot proves who it is: by password, or by an access
// token with its device.
type Credentials struct {
	Homeserver  string // base URL
	User        id.UserID
	Password    string
	AccessToken string
	DeviceID    id.DeviceID
	RecoveryKey string // of an account that has cross-signing keys already
}

// Account is the logged-in Matrix account with its encryption.
type Account struct {
	Client *mautrix.Client
	crypto *cryptohelper.CryptoHelper
	syncer *syncer
	// own guards the library's copy of our own public keys, which it reads while
	// it encrypts and decrypts, and drops without a lock when they change.
	own     sync.RWMutex
	changes atomic.Int64 // sync responses that brought changes of device lists
}

// fresh lets the library change our own keys, and has them read anew before
// anybody else wants them.
func (a *Account) fresh(ctx context.Context, change func() error) error {
	a.own.Lock()
	defer a.own.Unlock()
	err := change()
	if _, fault := a.crypto.Machine().GetOwnCrossSigningPublicKeys(ctx); fault != nil && err == nil {
		err = fmt.Errorf("read own keys: %w", fault)
	}
	return err
}

// outdated notes that people's device lists changed, until they are read.
func (a *Account) outdated(ctx context.Context, users []id.UserID) error {
	if len(users) > 0 {
		a.changes.Add(1)
	}
	for some := range slices.Chunk(users, 1000) { // the library's query fails over more than SQLite can bind
		if err := a.crypto.Machine().CryptoStore.MarkTrackedUsersOutdated(ctx, some); err != nil {
			return fmt.Errorf("note changed devices: %w", err)
		}
	}
	return nil
}

// refresh reads the lists that are outdated still: the library tries once, and
// swallows the error.
func (a *Account) refresh(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil { // the library's, as in ProcessResponse
			err = fmt.Errorf("read changed devices: panic: %v", r)
		}
	}()
	mach := a.crypto.Machine()
	for range refreshTries {
		turn := a.changes.Load()
		users, err := mach.CryptoStore.GetOutdatedTrackedUsers(ctx)
		if err != nil || len(users) == 0 {
			return err
		}
		if slices.Contains(users, a.Client.UserID) { // one try: nothing is decrypted meanwhile
			err = a.fresh(ctx, func() error {
				_, err := mach.FetchKeys(mautrix.WithMaxRetries(ctx, 0), []id.UserID{a.Client.UserID}, false)
				return err
			})
		}
		others := slices.DeleteFunc(slices.Clone(users), func(u id.UserID) bool { return u == a.Client.UserID })
		_, fault := mach.FetchKeys(ctx, others, false)
		if err = errors.Join(err, fault); err != nil || a.changes.Load() == turn {
			return err
		}
		// what came meanwhile with the sync may be overwritten by older lists now
		if err := a.outdated(ctx, users); err != nil {
			return err
		}
	}
	return nil
}

// refreshTries bounds how often lists are read again that change meanwhile.
const refreshTries = 5

// decrypt opens an event.
func (a *Account) decrypt(ctx context.Context, evt *event.Event) (*event.Event, error) {
	a.own.RLock()
	defer a.own.RUnlock()
	return a.crypto.Decrypt(ctx, evt)
}

// Login makes the session: a new device with its keys, signed by the
// account's own cross-signing identity (Matrix client-server API 11.12),
// which it sets up if there is none. recoveryKey is that of a new identity,
// to be shown once; it is not stored.
func Login(ctx context.Context, data string, st *store.Store, c Credentials, log zerolog.Logger) (recoveryKey string, err error) {
	if _, err := LoadSession(data); !errors.Is(err, ErrNoSession) {
		return "", errors.Join(ErrLoggedIn, err)
	}
	s := &Session{Homeserver: c.Homeserver, UserID: c.User, DeviceID: c.DeviceID, AccessToken: c.AccessToken, PickleKey: newPickleKey()}
	if c.AccessToken == "" {
		if err := s.login(ctx, c.Password); err != nil {
			return "", err
		}
	} else if err := s.adopt(ctx); err != nil {
		return "", err
	}
	if err := s.save(data); err != nil {
		return "", err
	}
	a, err := Open(ctx, s, st, log)
	if err != nil {
		return "", err
	}
	return a.sign(ctx, c)
}

// Sign signs the device of a session that Login left with ErrNeedsRecovery.
func Sign(ctx context.Context, data string, st *store.Store, c Credentials, log zerolog.Logger) (recoveryKey string, err error) {
	s, err := LoadSession(data)
	if err != nil {
		return "", err
	}
	a, err := Open(ctx, s, st, log)
	if err != nil {
		return "", err
	}
	return a.sign(ctx, c)
}

func (s *Session) login(ctx context.Context, password string) error {
	cli, err := newClient(s)
	if err != nil {
		return err
	}
	resp, err := cli.Login(ctx, &mautrix.ReqLogin{
		Type:       mautrix.AuthTypePassword,
		Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: s.UserID.String()},
		Password:   password, InitialDeviceDisplayName: "Buffet",
	})
	if errors.Is(err, mautrix.MForbidden) {
		return ErrWrongPassword
	} else if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	s.UserID, s.DeviceID, s.AccessToken = resp.UserID, resp.DeviceID, resp.AccessToken
	return nil
}

// adopt takes over the device of an access token.
func (s *Session) adopt(ctx context.Context) error {
	cli, err := newClient(s)
	if err != nil {
		return err
	}
	who, err := cli.Whoami(ctx)
	if err != nil {
		return fmt.Errorf("check access token: %w", err)
	}
	if who.UserID != s.UserID || (who.DeviceID != "" && who.DeviceID != s.DeviceID) {
		return fmt.Errorf("the access token is for %s on device %s, not for %s on %s", who.UserID, who.DeviceID, s.UserID, s.DeviceID)
	}
	return nil
}

func newClient(s *Session) (*mautrix.Client, error) {
	cli, err := mautrix.NewClient(s.Homeserver, s.UserID, s.AccessToken)
	if err != nil {
		return nil, fmt.Errorf("homeserver address: %w", err)
	}
	cli.DeviceID = s.DeviceID
	cli.Log = zerolog.Nop() // it would log what people write with every failed request
	cli.DefaultHTTPRetries = 5
	cli.MaxHTTPBackoff = 30 * time.Second
	cli.ResponseSizeLimit = 256 << 20
	return cli, nil
}

// Open takes the session up again. ErrDeviceLost means that the database is
// not the one of this session.
func Open(ctx context.Context, s *Session, st *store.Store, log zerolog.Logger) (*Account, error) {
	cli, err := newClient(s)
	if err != nil {
		return nil, err
	}
	a := &Account{Client: cli}
	a.syncer = newSyncer(a, st, log) // before the crypto helper, which would bring its own
	cli.Syncer, cli.Store = a.syncer, a.syncer
	if a.crypto, err = cryptohelper.NewCryptoHelper(cli, s.PickleKey, st.Matrix()); err != nil {
		return nil, fmt.Errorf("open encryption: %w", err)
	}
	if err := a.crypto.Init(ctx); err != nil {
		if errors.Is(err, mautrix.MUnknownToken) {
			return nil, errors.Join(ErrLoggedOut, err)
		}
		for _, lost := range []string{"mismatching", "marked as shared", "disappeared"} { // the library has no sentinels for it
			if strings.Contains(err.Error(), lost) {
				return nil, errors.Join(ErrDeviceLost, err)
			}
		}
		return nil, fmt.Errorf("open encryption: %w", err)
	}
	mach := a.crypto.Machine()
	mach.CryptoStore = &olmStore{Store: mach.CryptoStore}
	mach.IgnorePostDecryptionParseErrors = true // one odd field does not make a message undecryptable: readable
	cli.Crypto = a.crypto
	if err := a.fresh(ctx, func() error { return nil }); err != nil {
		return nil, err
	}
	return a, nil
}

// sign makes other people's clients trust the device.
func (a *Account) sign(ctx context.Context, c Credentials) (recoveryKey string, err error) {
	mach := a.crypto.Machine()
	has, verified, err := mach.GetOwnVerificationStatus(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("read own identity: %w", err)
	case has && verified:
		return "", nil
	case has && c.RecoveryKey == "":
		return "", ErrNeedsRecovery
	case has:
		if err := mach.VerifyWithRecoveryKey(ctx, c.RecoveryKey); err != nil {
			return "", fmt.Errorf("the recovery key does not fit this account: %w", err)
		}
		return "", nil
	}
	if c.Password == "" { // a first identity needs no password (MSC3967)
		recoveryKey, _, err = mach.GenerateAndUploadCrossSigningKeys(ctx, nil, "")
	} else {
		recoveryKey, _, err = mach.GenerateAndUploadCrossSigningKeysWithPassword(ctx, c.Password, "")
	}
	if err == nil {
		err = mach.SignOwnDevice(ctx, mach.OwnIdentity())
	}
	if err == nil {
		err = mach.SignOwnMasterKey(ctx)
	}
	if err != nil {
		err = fmt.Errorf("set up own identity: %w", err)
	}
	return recoveryKey, err
}

// CrossSigned tells whether the device is signed by the account's identity.
func (a *Account) CrossSigned(ctx context.Context) (bool, error) {
	_, verified, err := a.crypto.Machine().GetOwnVerificationStatus(ctx)
	return verified, err
}

// ResetDevice gives the old device up, so that Login can make a new one: it
// logs it out, if that is wanted and the homeserver still knows it, and
// forgets its keys. What was announced and planned stays; what was written to
// it before now is not answered any more, for an old copy of the database
// cannot tell what was answered since.
func ResetDevice(ctx context.Context, data string, st *store.Store, logout bool) error {
	s, err := LoadSession(data)
	if err == nil && logout {
		if cli, err := newClient(s); err == nil {
			_, _ = cli.Logout(mautrix.WithMaxRetries(ctx, 0)) // a session that is gone is as good
		}
	} else if err != nil && !errors.Is(err, ErrNoSession) {
		if err := os.Remove(sessionPath(data)); err != nil {
			return err
		}
	}
	if err := st.ForgetDevice(ctx, time.Now()); err != nil {
		return err
	}
	if err := os.Remove(sessionPath(data)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove session: %w", err)
	}
	return nil
}

// JoinedRooms are the rooms that the account is in.
func (a *Account) JoinedRooms(ctx context.Context) ([]id.RoomID, error) {
	resp, err := a.Client.JoinedRooms(ctx)
	if err != nil {
		return nil, err
	}
	return resp.JoinedRooms, nil
}

// ErrNotJoined means that the account is not in a room.
var ErrNotJoined = errors.New("the bot is not in it yet")

// In tells whether a room, by id or alias, is one of those joined; if not, the
// error is ErrNotJoined or why the alias leads nowhere.
func (a *Account) In(ctx context.Context, name string, joined []id.RoomID) error {
	room, err := resolve(ctx, a.Client, name)
	if err == nil && !slices.Contains(joined, room) {
		err = ErrNotJoined
	}
	return err
}
