package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// CalendarLink is the address of a calendar feed. Its secret part can be made
// again (CalendarSecret) and is nowhere kept.
type CalendarLink struct {
	Network string
	User    id.UserID // "": the network's own
	Nonce   int64
	Alarm   time.Duration // before each date, in whole minutes; 0: none
	At      time.Time     // since when

	hash string
}

// calendarSecretBytes are 160 bits.
const calendarSecretBytes = 20

// calendarLetters can be read out, and no client takes one for markup.
func calendarLetters() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// CalendarSecret is the secret part of a link: 32 lower-case letters and
// digits. Who has the database alone cannot make it.
func (s *Store) CalendarSecret(l CalendarLink) string {
	mac := hmac.New(sha256.New, s.person)
	mac.Write([]byte("calendar\x00")) // no user id begins so (HashPerson)
	for _, part := range []string{l.Network, l.User.String()} {
		_ = binary.Write(mac, binary.BigEndian, int64(len(part)))
		mac.Write([]byte(part))
	}
	_ = binary.Write(mac, binary.BigEndian, l.Nonce)
	return calendarLetters().EncodeToString(mac.Sum(nil)[:calendarSecretBytes])
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

const calendarLinkColumns = `network, user_id, nonce, hash, alarm, at`

func scanCalendarLink(scan func(...any) error) (l CalendarLink, err error) {
	var alarm, at int64
	err = scan(&l.Network, &l.User, &l.Nonce, &l.hash, &alarm, &at)
	l.Alarm, l.At = time.Duration(alarm)*time.Minute, Time(at)
	return l, err
}

func calendarLink(ctx context.Context, q Querier, where string, args ...any) (CalendarLink, error) {
	l, err := scanCalendarLink(q.QueryRowContext(ctx, `SELECT `+calendarLinkColumns+` FROM calendar_link WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return l, ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("read calendar link: %w", err)
	}
	return l, nil
}

// CalendarLinkBySecret is the link with that secret part, or ErrNotFound. Only
// hashes are compared, so the time it takes tells nothing.
func CalendarLinkBySecret(ctx context.Context, q Querier, secret string) (CalendarLink, error) {
	return calendarLink(ctx, q, `hash = $1`, hashSecret(secret))
}

// CalendarLinkOf is the link of a person in a network, or with "" the
// network's own, or ErrNotFound.
func CalendarLinkOf(ctx context.Context, q Querier, network string, user id.UserID) (CalendarLink, error) {
	return calendarLink(ctx, q, `network = $1 AND user_id = $2`, network, user)
}

// CalendarLinksOf are a person's links, in order of the networks' names.
func CalendarLinksOf(ctx context.Context, q Querier, user id.UserID) ([]CalendarLink, error) {
	if user == "" {
		return nil, nil
	}
	list, err := Collect(ctx, q, scanCalendarLink, `SELECT `+calendarLinkColumns+` FROM calendar_link WHERE user_id = $1 ORDER BY network`, user)
	if err != nil {
		return nil, fmt.Errorf("read a person's calendar links: %w", err)
	}
	return list, nil
}

// EnsureCalendarLink is the link of a person in a network, or with "" the
// network's own; it is made if there is none, or if its secret part cannot be
// made again because person.key is another one now.
func (tx *Tx) EnsureCalendarLink(ctx context.Context, network string, user id.UserID, now time.Time) (CalendarLink, error) {
	l, err := CalendarLinkOf(ctx, tx, network, user)
	if err == nil && l.hash == hashSecret(tx.s.CalendarSecret(l)) {
		return l, nil
	}
	if Ignore(err) != nil {
		return l, err
	}
	return tx.RenewCalendarLink(ctx, network, user, now)
}

// RenewCalendarLink voids the link of a person in a network, or with "" the
// network's own, and makes a new one with the same alarm.
func (tx *Tx) RenewCalendarLink(ctx context.Context, network string, user id.UserID, now time.Time) (CalendarLink, error) {
	var nonce [8]byte
	rand.Read(nonce[:])
	l := CalendarLink{Network: network, User: user, At: now, Nonce: int64(binary.BigEndian.Uint64(nonce[:]) >> 1)} //nolint:gosec // 63 bits
	l.hash = hashSecret(tx.s.CalendarSecret(l))
	_, err := tx.ExecContext(ctx, `INSERT INTO calendar_link (network, user_id, nonce, hash, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (network, user_id) DO UPDATE SET nonce = excluded.nonce, hash = excluded.hash, at = excluded.at`,
		l.Network, l.User, l.Nonce, l.hash, Millis(l.At))
	if err != nil {
		return l, fmt.Errorf("make calendar link: %w", err)
	}
	return CalendarLinkOf(ctx, tx, network, user)
}

// SetCalendarAlarm sets how long before each date programs are to ring; 0:
// never. It is kept in whole minutes.
func (tx *Tx) SetCalendarAlarm(ctx context.Context, network string, user id.UserID, alarm time.Duration) error {
	_, err := tx.ExecContext(ctx, `UPDATE calendar_link SET alarm = $1 WHERE network = $2 AND user_id = $3`, int64(alarm/time.Minute), network, user)
	if err != nil {
		return fmt.Errorf("set alarm of calendar: %w", err)
	}
	return nil
}

// CalendarSecret is the same in a transaction.
func (tx *Tx) CalendarSecret(l CalendarLink) string { return tx.s.CalendarSecret(l) }
