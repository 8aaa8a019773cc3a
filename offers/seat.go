package offers

import (
	"context"
	"strings"

	"buffet/store"
)

// What reactions on an announcement mean, without variation selectors and
// skin tones.
const (
	SignPlate = "🍽"
	SignThumb = "👍"
)

// seatSigns are the signs of a post's first ten seats, as they are shown.
func seatSigns() []string {
	return []string{"1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟"}
}

// SeatSign is the sign of a seat, from 1; "" for those without.
func SeatSign(seat int) string {
	if list := seatSigns(); seat >= 1 && seat <= len(list) {
		return list[seat-1]
	}
	return ""
}

// SeatOfSign is the seat that a reaction without variation selectors means,
// from 1; 0: none.
func SeatOfSign(sign string) int {
	for n, s := range seatSigns() {
		if strings.ReplaceAll(s, "\ufe0f", "") == sign {
			return n + 1
		}
	}
	return 0
}

// MeansComing tells whether a reaction, without variation selectors and skin
// tones, may say that somebody comes.
func MeansComing(sign string) bool {
	return sign == SignPlate || sign == SignThumb || SeatOfSign(sign) > 0
}

const pollSuffix = "/poll"

// PollKey is the outbox key of the poll that belongs to an announcement.
func PollKey(post string) string { return post + pollSuffix }

// PostOf is the announcement that a message of ours belongs to, by outbox
// keys: itself, an edit of it, its poll, or the question which date is meant.
// Whether there is such an announcement it does not know.
func PostOf(key string) string {
	if rest, ok := strings.CutPrefix(key, whichPrefix); ok {
		_, key, _ = strings.Cut(rest, "/") // behind whom it asks
	}
	if n := strings.LastIndex(key, "/edit/"); n > 0 {
		key = key[:n]
	}
	return strings.TrimSuffix(key, pollSuffix)
}

// IsWhich tells whether a message of ours asks which date is meant.
func IsWhich(key string) bool { return strings.HasPrefix(key, whichPrefix) }

// AsksWhich tells whether it asks the person of that hash.
func AsksWhich(key, person string) bool { return strings.HasPrefix(key, whichPrefix+person+"/") }

// seated are the dates of a post by their seats; those of a post that was made
// before there were seats have none.
func seated(ctx context.Context, q store.Querier, post string) (map[int]store.AnnouncementItem, error) {
	items, err := store.AnnouncementItems(ctx, q, post)
	if err != nil {
		return nil, err
	}
	by := make(map[int]store.AnnouncementItem, len(items))
	for n, i := range items {
		if i.Seat == 0 {
			i.Seat = -n - 1
		}
		by[i.Seat] = i
	}
	return by, nil
}
