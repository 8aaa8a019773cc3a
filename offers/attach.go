package offers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"buffet/lang"
	"buffet/store"
)

// A file for a calendar is left out beyond this many bytes; its name is cut.
const (
	maxFile     = 256 << 10
	maxFileName = 40
)

var errFileFull = errors.New("too large for a file")

// RenderFile is an offer as a file for the reader's calendar, and a caption. It is nil if there is nothing to put into
// one: no date comes any more, the source names the offer no more, or the file would be larger than 256 KiB. A
// cancelled offer says so in it, so that a calendar that has it already learns of it. Errors: the offer cannot be written.
func RenderFile(v View, o *Offer) (*store.File, *lang.Text, error) {
	if o.Status == store.OfferWithdrawn || len(o.Next) == 0 {
		return nil, nil, nil
	}
	b := &fileBuffer{}
	if err := WriteOffer(b, v, o.Offer); errors.Is(err, errFileFull) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, fmt.Errorf("make calendar file: %w", err)
	}
	caption := "offer_file"
	if o.Status == store.OfferCancelled {
		caption = "offer_file_cancelled"
	}
	file := &store.File{Name: v.fileName(&o.Offer), Type: "text/calendar", Data: b.data}
	return file, v.Phrases.Text(v.Lang, caption, lang.Values{"Title": clip(o.Title, maxTitle)}), nil
}

// fileName is "angebot-3-kollegiale-beratung.ics": what every file system takes.
func (v View) fileName(o *store.Offer) string {
	words := strings.FieldsFunc(fold(o.Title, true), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := ""
	for _, w := range words {
		if len(name)+1+len(w) > maxFileName {
			if name == "" {
				name = "-" + w[:maxFileName-1]
			}
			break
		}
		name += "-" + w
	}
	return v.say("offer_command_one") + "-" + strconv.Itoa(o.Number) + name + ".ics"
}

// fileBuffer takes no more than a file may hold.
type fileBuffer struct{ data []byte }

func (b *fileBuffer) Write(p []byte) (int, error) {
	if len(b.data)+len(p) > maxFile {
		return 0, errFileFull
	}
	b.data = append(b.data, p...)
	return len(p), nil
}
