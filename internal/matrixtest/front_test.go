package matrixtest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestFrontFinishes has clients cut off requests that Dendrite is busy with.
func TestFrontFinishes(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	var busy sync.WaitGroup
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer busy.Done()
		arrived <- struct{}{}
		<-leave
		// Its answer is read to the end too, and only then can the request be over.
		for range 100 {
			if _, err := fmt.Fprint(w, strings.Repeat("answer ", 1000)); err != nil || r.Context().Err() != nil {
				t.Errorf("a request was cut off: %v, %v", err, r.Context().Err())
				return
			}
		}
	}))
	defer behind.Close()
	f := Must(newFront(0, behind.Listener.Addr().String()))(t)
	defer func() { _ = f.close() }()
	for range 20 {
		busy.Add(1)
		ctx, cut := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		req := Must(http.NewRequestWithContext(ctx, http.MethodPut, f.url, strings.NewReader("{}")))(t)
		go func() {
			resp, err := http.DefaultClient.Do(req)
			if err == nil {
				err = resp.Body.Close()
			}
			gone <- err
		}()
		<-arrived
		cut()
		if err := <-gone; err == nil {
			t.Fatal("the client was not cut off")
		}
		leave <- struct{}{}
		busy.Wait()
	}
}
