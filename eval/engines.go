package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/de" // an analyzer
	_ "github.com/blevesearch/bleve/v2/analysis/lang/en" // an analyzer
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// engine is something that finds documents.
type engine interface {
	index(ctx context.Context, docs []setDoc) error
	find(ctx context.Context, query setQuery, n int) ([]string, error)
	size(ctx context.Context) (index, file int64, err error) // bytes
	close() error
}

// own is the real store.
type own struct {
	path string
	st   *store.Store
	ids  map[int64]string
	kind string
}

func openOwn(ctx context.Context, dir string) (*own, error) {
	path := filepath.Join(dir, "buffet.db")
	st, err := store.Open(ctx, path)
	return &own{path: path, st: st, ids: map[int64]string{}, kind: store.Question}, err
}

func groupRoom(group string) id.RoomID { return id.RoomID("!" + group + ":eval.invalid") }

const batch = 1000

func (o *own) index(ctx context.Context, docs []setDoc) error {
	for len(docs) > 0 {
		n := min(batch, len(docs))
		err := o.st.Write(ctx, func(tx *store.Tx) error {
			for _, d := range docs[:n] {
				c, _, err := tx.AddContribution(ctx, store.Contribution{Network: "eval", Kind: o.kind, Room: groupRoom(d.Group),
					Title: d.Title, Body: d.Text, Sent: time.Unix(1, 0)})
				if err != nil {
					return err
				}
				o.ids[c.ID] = d.ID
			}
			return nil
		})
		if err != nil {
			return err
		}
		docs = docs[n:]
	}
	return nil
}

func (o *own) find(ctx context.Context, query setQuery, n int) ([]string, error) {
	q := store.ParseQuery(query.Text)
	q.Scopes, q.Limit = []string{store.RoomScope(groupRoom(query.Group))}, n
	hits, _, err := store.Search(ctx, o.st.Reader(), q)
	var list []string
	for _, h := range hits {
		list = append(list, o.ids[h.ID])
	}
	return list, err
}

func (o *own) size(ctx context.Context) (index, file int64, err error) {
	err = o.st.Reader().QueryRowContext(ctx, `SELECT SUM(pgsize) FROM dbstat WHERE name LIKE 'search_%' OR name LIKE 'sqlite_autoindex_search_%'`).Scan(&index)
	if err != nil {
		return 0, 0, err
	}
	err = o.st.Reader().QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`).Scan(&file)
	return index, file, err
}

func (o *own) close() error { return o.st.Close() }

// fts is SQLite's full-text search as it comes: unicode61, words OR-ed, bm25.
type fts struct {
	db  *sql.DB
	ids []string
}

func openFTS(ctx context.Context, dir string) (*fts, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "fts.db"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, `CREATE VIRTUAL TABLE fts USING fts5 (grp UNINDEXED, text, tokenize = 'unicode61')`)
	return &fts{db: db}, err
}

func (f *fts) index(ctx context.Context, docs []setDoc) error {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, d := range docs {
		f.ids = append(f.ids, d.ID)
		if _, err := tx.ExecContext(ctx, `INSERT INTO fts (rowid, grp, text) VALUES (?, ?, ?)`, len(f.ids), d.Group, d.Title+" "+d.Text); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (f *fts) find(ctx context.Context, query setQuery, n int) ([]string, error) {
	var words []string
	for _, w := range strings.FieldsFunc(query.Text, func(r rune) bool { return strings.ContainsRune(" \t\n.,;:!?\"'()[]{}-/*^+<>=&%$#@|\\`~", r) }) {
		words = append(words, `"`+w+`"`)
	}
	return store.Collect(ctx, f.db, func(scan func(...any) error) (string, error) {
		var row int
		err := scan(&row)
		return f.ids[max(row, 1)-1], err
	}, `SELECT rowid FROM fts WHERE fts MATCH ? AND grp = ? ORDER BY rank LIMIT ?`, strings.Join(words, " OR "), query.Group, n)
}

func (f *fts) size(ctx context.Context) (index, file int64, err error) {
	err = f.db.QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`).Scan(&file)
	return file, file, err
}

func (f *fts) close() error { return f.db.Close() }

// peer is bleve with the analyzer of the documents' language, as it comes
// (it keeps the texts too, and where the words stand), or lean.
type peer struct {
	dir    string
	x      bleve.Index
	ids    []string
	groups bool
}

func openPeer(dir, analyzer string, lean bool) (*peer, error) {
	m := bleve.NewIndexMapping()
	doc, text, group := bleve.NewDocumentStaticMapping(), bleve.NewTextFieldMapping(), bleve.NewKeywordFieldMapping()
	text.Analyzer = analyzer
	if lean {
		text.Store, text.IncludeTermVectors, text.IncludeInAll, text.DocValues = false, false, false, false
	}
	group.Store, group.IncludeInAll, group.DocValues = false, false, false
	doc.AddFieldMappingsAt("text", text)
	doc.AddFieldMappingsAt("group", group)
	m.DefaultMapping, m.DefaultAnalyzer = doc, analyzer
	dir = filepath.Join(dir, fmt.Sprintf("bleve-%t", lean))
	x, err := bleve.New(dir, m)
	return &peer{dir: dir, x: x}, err
}

func (p *peer) index(ctx context.Context, docs []setDoc) error {
	for len(docs) > 0 && ctx.Err() == nil {
		b := p.x.NewBatch()
		n := min(batch, len(docs))
		for _, d := range docs[:n] {
			p.ids = append(p.ids, d.ID)
			p.groups = p.groups || d.Group != ""
			if err := b.Index(strconv.Itoa(len(p.ids)-1), map[string]any{"text": d.Title + " " + d.Text, "group": d.Group}); err != nil {
				return err
			}
		}
		if err := p.x.Batch(b); err != nil {
			return err
		}
		docs = docs[n:]
	}
	return ctx.Err()
}

func (p *peer) find(ctx context.Context, query setQuery, n int) ([]string, error) {
	match := bleve.NewMatchQuery(query.Text)
	match.SetField("text")
	request := bleve.NewSearchRequestOptions(match, n, 0, false)
	if p.groups {
		only := bleve.NewTermQuery(query.Group)
		only.SetField("group")
		only.SetBoost(0)
		request.Query = bleve.NewConjunctionQuery(match, only)
	}
	result, err := p.x.SearchInContext(ctx, request)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, h := range result.Hits {
		i, err := strconv.Atoi(h.ID)
		if err != nil {
			return nil, fmt.Errorf("bleve: %w", err)
		}
		list = append(list, p.ids[i])
	}
	return list, nil
}

func (p *peer) size(context.Context) (index, file int64, err error) {
	err = filepath.WalkDir(p.dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			file += info.Size()
		}
		return err
	})
	return file, file, err
}

func (p *peer) close() error { return p.x.Close() }
