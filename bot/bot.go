// Package bot is the Matrix account at work: it takes events in, keeps the
// rooms, hands commands on and sends messages out. Nothing is taken in or
// sent but through the inbox and the outbox.
package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// Network is one network of member organisations, as the operator wrote it.
type Network struct {
	Name       string
	Lang       string // "de" or "en"
	Zone       *time.Location
	Prefix     string   // of commands, "!"
	Rooms      []string // ids or aliases
	Spaces     []string // ids or aliases: their rooms are the network's
	Organisers []id.UserID
	Announce   string // cron line in Zone, "" for none
	Digest     string // cron line in Zone, "" for none
	DigestRoom string // id or alias of the room whose digest is the whole network's, "" for none
	Retention  int    // months that contributions are kept; 0: 24
}

// Bot is the account at work.
type Bot struct {
	Account  *Account
	Store    *store.Store
	Networks []Network
	Commands *commands.Table
	Phrases  *lang.Phrases
	Log      zerolog.Logger

	// Summariser is who sums up what was said in a room of a network; nil: its
	// people's own sentences.
	Summariser func(ctx context.Context, q store.Querier, network string, room id.RoomID) (digest.Summariser, error)
	// Approve shows a text in simple language, kept as a draft, to organisers;
	// nil: there is none.
	Approve func(ctx context.Context, tx *store.Tx, digest int64, organisers []id.UserID, now time.Time) error

	guard       roomGuard
	marks       markLimit
	talks       talks
	spaces      sync.Map // id.RoomID of a space -> name of its network
	homes       sync.Map // name of a network -> id.RoomID of its DigestRoom
	requested   sync.Map // missing -> true: asked for that key
	settleNow   chan struct{}
	keysMissing chan struct{} // rung when something was kept locked
	delivered   chan struct{} // rung when a message was sent
	sender      *lanes[store.Outgoing]
	taken       time.Time              // when the last sync response was stored
	name        atomic.Pointer[string] // our display name, for mentions as text; nil: not known yet
}

// Bind makes the bot ready for being asked by jobs, which may run before Run
// and beside it. It comes before both.
func (b *Bot) Bind() {
	b.guard.client, b.guard.crypto = b.Account.Client, b.Account.crypto.Machine().CryptoStore
	b.Commands.ChatView = b.chatView
}

// Run works until ctx ends; then it finishes what it has in hand. A session
// that the homeserver has ended gives ErrLoggedOut.
func (b *Bot) Run(ctx context.Context) error {
	b.Account.syncer.bot = b
	if err := b.Store.Write(ctx, func(tx *store.Tx) error { return tx.FirstStart(ctx, time.Now()) }); err != nil {
		return fmt.Errorf("note start: %w", err)
	}
	b.Account.crypto.Machine().SessionReceived = b.sessionReceived
	b.settleNow, b.keysMissing, b.delivered = make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	b.learnName(mautrix.WithMaxRetries(ctx, 0))
	b.sender = b.outbox()
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { cancel(b.sync(ctx)) })
	wg.Go(func() { b.inbox().run(ctx) })
	wg.Go(func() { b.sender.run(ctx) })
	wg.Go(func() { b.keepRooms(ctx) })
	wg.Go(func() { b.keepKeys(ctx) })
	<-ctx.Done()
	wg.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// learnName asks for our display name, if it is not known.
func (b *Bot) learnName(ctx context.Context) {
	if b.name.Load() != nil {
		return
	}
	if p, err := b.Account.Client.GetOwnDisplayName(ctx); err == nil {
		b.name.Store(&p.DisplayName)
	} else if ctx.Err() == nil {
		b.Log.Warn().Err(err).Msg("cannot read our own display name, trying again later")
	}
}

// myName is our display name, "" if it is not known.
func (b *Bot) myName() string {
	if name := b.name.Load(); name != nil {
		return *name
	}
	return ""
}

// Synced is closed when this process has taken in its first sync response.
func (b *Bot) Synced() <-chan struct{} { return b.Account.syncer.synced }

func (b *Bot) sync(ctx context.Context) error {
	cli := b.Account.Client
	for failures := 0; ctx.Err() == nil; failures++ {
		began := time.Now()
		err := cli.SyncWithContext(mautrix.WithMaxRetries(ctx, 0)) // the loop retries, with its own pauses
		if errors.Is(err, ErrLoggedOut) || errors.Is(err, mautrix.MUnknownToken) {
			return ErrLoggedOut
		}
		if ctx.Err() != nil {
			break
		}
		if time.Since(began) > time.Minute {
			failures = 0 // it went well for a while
		}
		pause := backoff(failures, 30*time.Second)
		b.Log.Warn().Err(err).Dur("pause", pause).Msg("sync stopped, starting again")
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return ctx.Err()
}

// Network is the network of that name, in any case of letters, or nil.
func (b *Bot) Network(name string) *Network {
	for i := range b.Networks {
		if strings.EqualFold(b.Networks[i].Name, name) {
			return &b.Networks[i]
		}
	}
	return nil
}

// isOrganiser tells whether a person is an organiser: listed, or with power
// level 50 in that room.
func (b *Bot) isOrganiser(ctx context.Context, n *Network, room id.RoomID, user id.UserID) (bool, error) {
	if slices.Contains(n.Organisers, user) {
		return true, nil
	}
	levels, err := b.Account.Client.StateStore.GetPowerLevels(ctx, room)
	if err != nil {
		return false, fmt.Errorf("read power levels: %w", err)
	}
	return levels != nil && levels.GetUserLevel(user) >= 50, nil
}

// TellOrganisers writes one message to the direct chat of each organiser of a
// network, once per key.
func TellOrganisers(ctx context.Context, tx *store.Tx, n *Network, key string, text *lang.Text, now time.Time) error {
	for _, user := range n.Organisers {
		if _, err := tx.Send(ctx, store.Message{Key: key + "/" + user.String(), User: user,
			Plain: text.Plain(), HTML: text.HTML()}, now); err != nil {
			return err
		}
	}
	return nil
}
