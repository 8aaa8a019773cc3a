package digest_test

import (
	"path/filepath"
	"testing"
	"time"

	"buffet/digest"
	"buffet/internal/modeltest"
	"buffet/store"
)

func TestBudget(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	s := modeltest.New(t)
	m := model(s, digest.ModelConfig{})
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	m.Budget = digest.Budget{Store: st, Now: func() time.Time { return now }, Tokens: 6000, CostIn: 1, CostOut: 2}
	r := bus()
	r.Network = "N"
	used := func() store.ModelUse {
		u, err := store.ModelUseOf(t.Context(), st.Reader(), "N", store.ModelMonth(now))
		if err != nil {
			t.Error(err)
		}
		return u
	}
	if got := summary(t, m, r); got.Note != nil {
		t.Fatalf("note %v", got.Note)
	}
	first := used()
	if first.In != int64(len(s.Requests()[0].Raw)/4) || first.Out == 0 || first.Cost != first.In+2*first.Out {
		t.Errorf("used %+v", first)
	}
	s.Script(modeltest.Status(401, "invalid_api_key", ""))
	if got := summary(t, m, r); noteOf(got) != "digest_note_denied" || used() != first {
		t.Errorf("note %v, used %+v after a refused request", got.Note, used())
	}
	s.Script(modeltest.Good)
	for n := 0; ; n++ {
		if got := summary(t, m, r); noteOf(got) == "digest_note_budget" {
			break
		}
		if n > 20 {
			t.Fatal("the budget has no end")
		}
	}
	if u := used(); u.In+u.Out > 6000 {
		t.Errorf("used %+v of 6000", u)
	}
	asked := len(s.Requests())
	if got := summary(t, m, r); noteOf(got) != "digest_note_budget" || len(s.Requests()) != asked {
		t.Errorf("note %v, %d requests more", got.Note, len(s.Requests())-asked)
	}
	now = now.AddDate(0, 0, 1)
	m.Budget.Tokens, m.Budget.Cost = 0, 0.002 // 2000 tokens or so
	if got := summary(t, m, r); noteOf(got) != "digest_note_budget" {
		t.Errorf("a month that costs too much: note %v", got.Note)
	}
	m.Budget.Cost = 1
	if got := summary(t, m, r); got.Note != nil {
		t.Errorf("a new month: note %v", got.Note)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		if got := summary(t, m, r); noteOf(got) != "digest_note_failed" || len(got.Lines) == 0 {
			t.Errorf("without a store: %s, note %v", show(got), got.Note)
		}
	}()
	s.Script(modeltest.Raw(`{"choices":[{"message":{"content":"{\"lines\":[]}"}}],"usage":{"prompt_tokens":-5}}`))
	before := used()
	if summary(t, m, r); used().In <= before.In {
		t.Errorf("used %+v, after %+v and an answer that tells nothing", used(), before)
	}
}
