package offers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	fetchTimeout   = 30 * time.Second
	fetchRedirects = 5
	fetchMaxURL    = 4_000
	fetchMaxTag    = 1_000
)

var (
	// ErrFetchRefused is returned for an address that must not be asked: not http or https, or not on the public internet.
	ErrFetchRefused = errors.New("address is not allowed")
	// ErrFetchStatus is what every *FetchStatusError is.
	ErrFetchStatus = errors.New("unexpected HTTP status")
)

// FetchStatusError is an answer other than 200 and 304.
type FetchStatusError struct{ Code int }

func (e *FetchStatusError) Error() string {
	return fmt.Sprintf("%v: %d %s", ErrFetchStatus, e.Code, http.StatusText(e.Code))
}

// Is makes errors.Is(err, ErrFetchStatus) true.
func (e *FetchStatusError) Is(target error) bool { return target == ErrFetchStatus }

// FetchRequest says what to fetch. ETag and LastModified come from the last result, or are empty. Trusted is for
// addresses from the operator's own configuration: their host and port may be in the local network.
type FetchRequest struct {
	URL          string
	ETag         string
	LastModified string
	Trusted      bool
}

// FetchResult is what came back. With NotModified there is no Body, and the tags are those to keep.
type FetchResult struct {
	Body         []byte
	ETag         string
	LastModified string
	NotModified  bool
}

// Fetcher fetches calendars from addresses that people enter. It is safe for concurrent use.
type Fetcher struct {
	transport *http.Transport
	guarded   func(ctx context.Context, network, addr string) (net.Conn, error)
	open      func(ctx context.Context, network, addr string) (net.Conn, error)
}

// fetchTrusted is the context key of the one host:port that may be local.
type fetchTrusted struct{}

// NewFetcher makes a Fetcher. It keeps no connections: one that a trusted request opened must not serve another.
func NewFetcher() *Fetcher {
	f := &Fetcher{
		guarded: (&net.Dialer{Timeout: 10 * time.Second, Control: fetchControl}).DialContext,
		open:    (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	}
	f.transport = &http.Transport{
		Proxy:                  nil, // a proxy would resolve names behind the guard's back
		DialContext:            f.dial,
		DisableKeepAlives:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return f
}

func (f *Fetcher) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if trusted, _ := ctx.Value(fetchTrusted{}).(string); trusted != "" && trusted == strings.ToLower(addr) {
		return f.open(ctx, network, addr)
	}
	return f.guarded(ctx, network, addr)
}

// Fetch gets the calendar at req.URL (http, https or webcal, which means https), following at most 5 redirects, in at
// most 30 seconds. A user name and password in the address are sent as basic authentication to that host and port only.
// Errors: ErrFetchRefused, ErrFetchStatus (*FetchStatusError has the code), ErrTooLarge, the context's, or a network
// error; none of them tells the address beyond its host.
func (f *Fetcher) Fetch(ctx context.Context, req FetchRequest) (*FetchResult, error) {
	u, err := fetchURL(req.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch calendar: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	if req.Trusted {
		ctx = context.WithValue(ctx, fetchTrusted{}, fetchHostPort(u))
	}
	res, err := f.get(ctx, u, req)
	if err != nil {
		return nil, fmt.Errorf("fetch calendar from %s: %w", u.Host, fetchCause(ctx, err))
	}
	return res, nil
}

func (f *Fetcher) get(ctx context.Context, u *url.URL, req FetchRequest) (*FetchResult, error) {
	user := u.User
	bare := *u
	bare.User = nil
	hr, err := http.NewRequestWithContext(ctx, http.MethodGet, bare.String(), nil)
	if err != nil {
		return nil, err
	}
	hr.Header.Set("User-Agent", "buffet")
	hr.Header.Set("Accept", "text/calendar, */*;q=0.1")
	if user != nil {
		password, _ := user.Password()
		hr.SetBasicAuth(user.Username(), password)
	}
	if req.ETag != "" {
		hr.Header.Set("If-None-Match", req.ETag)
	}
	if req.LastModified != "" {
		hr.Header.Set("If-Modified-Since", req.LastModified)
	}
	client := &http.Client{Transport: f.transport, CheckRedirect: fetchRedirect}
	resp, err := client.Do(hr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusNotModified && (req.ETag != "" || req.LastModified != ""):
		return &FetchResult{ETag: req.ETag, LastModified: req.LastModified, NotModified: true}, nil
	case resp.StatusCode != http.StatusOK:
		return nil, &FetchStatusError{resp.StatusCode}
	case resp.ContentLength > icalMaxBytes:
		return nil, ErrTooLarge
	}
	body, err := io.ReadAll(&icalLimit{r: resp.Body, left: icalMaxBytes}) // counts what gzip unpacked
	if err != nil {
		return nil, err
	}
	return &FetchResult{
		Body:         body,
		ETag:         fetchTag(resp.Header.Get("ETag")),
		LastModified: fetchTag(resp.Header.Get("Last-Modified")),
	}, nil
}

// fetchRedirect decides about the next hop. The dialer guards its address; here it loses what the first host was told.
func fetchRedirect(next *http.Request, via []*http.Request) error {
	if len(via) > fetchRedirects {
		return fmt.Errorf("%w: more than %d redirects", ErrFetchRefused, fetchRedirects)
	}
	if next.URL.Scheme != "http" && next.URL.Scheme != "https" || next.URL.Hostname() == "" {
		return fmt.Errorf("%w: redirect to something other than http", ErrFetchRefused)
	}
	next.URL.User = nil
	next.Header.Del("Referer") // the path of a private calendar is its password
	first := via[0].URL
	if next.URL.Scheme != first.Scheme || fetchHostPort(next.URL) != fetchHostPort(first) {
		next.Header.Del("Authorization")
	}
	return nil
}

// fetchURL reads an address as people enter it. Its errors do not repeat it.
func fetchURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > fetchMaxURL {
		return nil, fmt.Errorf("%w: too long", ErrFetchRefused)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: malformed", ErrFetchRefused)
	}
	switch u.Scheme {
	case "webcal", "webcals":
		u.Scheme = "https"
	case "http", "https":
	default:
		return nil, fmt.Errorf("%w: neither http nor https", ErrFetchRefused)
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("%w: no host", ErrFetchRefused)
	}
	return u, nil
}

// fetchHostPort is host:port as the transport dials it.
func fetchHostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return strings.ToLower(net.JoinHostPort(u.Hostname(), port))
}

func fetchTag(s string) string {
	if len(s) > fetchMaxTag {
		return "" // better fetched again than cut
	}
	return s
}

// fetchControl runs after a name is resolved and before the connection is made, so that no name can lead elsewhere.
func fetchControl(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" || !fetchPublic(ap.Addr()) {
		return fmt.Errorf("%w: not on the public internet", ErrFetchRefused)
	}
	return nil
}

// fetchPublic says whether a is an address of the public internet: neither special (IANA's registries of special-purpose
// addresses) nor one that carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo), which could be anything.
func fetchPublic(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLinkLocalUnicast() {
		return false
	}
	blocks := []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	}
	if a.Is6() {
		if !netip.MustParsePrefix("2000::/3").Contains(a) { // all that IANA has given out
			return false
		}
		blocks = []string{"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"}
	}
	for _, b := range blocks {
		if netip.MustParsePrefix(b).Contains(a) {
			return false
		}
	}
	return true
}

// fetchCause keeps of an error what may be told. net/http puts addresses, and with them passwords and secret paths, into
// its messages; everything not known to be harmless is replaced.
func fetchCause(ctx context.Context, err error) error {
	for _, known := range []error{ErrFetchRefused, ErrTooLarge} {
		if errors.Is(err, known) {
			return known
		}
	}
	if status, ok := errors.AsType[*FetchStatusError](err); ok {
		return status
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Errorf("look up the host: %w", &net.DNSError{Err: dns.Err, IsNotFound: dns.IsNotFound, IsTimeout: dns.IsTimeout})
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return cert
	}
	if host, ok := errors.AsType[x509.HostnameError](err); ok {
		return host
	}
	return errors.New("the connection broke off or the answer was no HTTP")
}
