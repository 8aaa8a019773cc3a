package digest_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"buffet/digest"
	"buffet/lang"
)

// longTalk is a thread as people write them, with questions, answers, small
// talk and links.
func longTalk(n int) digest.Talk {
	topics := strings.Fields("Fahrdienst Ferienfreizeit Förderantrag Raumplan Versicherung Ehrenamtskarte Datenschutz Sommerfest Schulbegleitung Spendenquittung")
	shapes := []string{
		"Hallo zusammen, weiß jemand, wie ihr das mit dem Thema %s bei euch im Verband %d geregelt habt?",
		"Bei uns läuft %s seit %d über das Büro in der Hauptstraße. Bitte meldet euch bis zum 3. Dezember um 14 Uhr an, z. B. per Mail.",
		"Danke dir! Das hilft sehr 👍",
		"Zum %s gibt es hier eine Vorlage: https://example.org/vorlage/%d\n- erst ausfüllen\n- dann abschicken",
		"Ich würde das anders sehen. Der %s kostet im Jahr ca. %d Euro, und das zahlt die Kommune nur, wenn der Antrag vollständig ist.",
	}
	t := digest.Talk{Lang: lang.German, Title: "Alles Mögliche"}
	for i := range n {
		m := digest.Message{ID: fmt.Sprint("m", i), Thread: "m0", Sender: fmt.Sprint("@p", i%37), Name: fmt.Sprint("Person ", i%37), Sent: time.Unix(int64(i)*60, 0)}
		m.Text = fmt.Sprintf(shapes[i%len(shapes)], topics[i/5%len(topics)], i)
		if i%5 == 2 {
			m.Text = shapes[2]
		}
		if i%5 == 1 {
			m.ReplyTo = fmt.Sprint("m", i-1)
		}
		t.Messages = append(t.Messages, m)
	}
	return t
}

func BenchmarkExtractive10000(b *testing.B) {
	t := longTalk(10_000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if _, err := (digest.Extractive{}).Summarise(context.Background(), digest.Request{Talk: t}); err != nil {
			b.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/10000msgs")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6/float64(b.N), "MB-allocated")
}
