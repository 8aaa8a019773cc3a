package bot

import (
	"bytes"
	"context"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/attachment"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// attach makes a message one that carries a file; its text is the caption.
func (b *Bot) attach(ctx context.Context, room id.RoomID, c *event.MessageEventContent, f *store.File) error {
	encrypted, err := b.guard.Encrypted(ctx, room)
	if err != nil {
		return fmt.Errorf("read whether the room is encrypted: %w", err)
	}
	c.MsgType, c.FileName = event.MsgFile, f.Name
	c.Info = &event.FileInfo{MimeType: f.Type, Size: len(f.Data)}
	if c.Body == "" {
		c.Body = f.Name
	}
	c.URL, c.File, err = b.uploadFile(ctx, f, encrypted)
	return err
}

// uploadFile brings a file to the homeserver: as it is, or, for an encrypted
// room, encrypted and without name and type (client-server API, "Sending
// encrypted attachments").
func (b *Bot) uploadFile(ctx context.Context, f *store.File, encrypted bool) (id.ContentURIString, *event.EncryptedFileInfo, error) {
	req := mautrix.ReqUploadMedia{ContentBytes: f.Data, ContentType: f.Type, FileName: f.Name}
	var key *attachment.EncryptedFile
	if encrypted {
		key = attachment.NewEncryptedFile()
		secret := bytes.Clone(f.Data) // the plain text is needed again if this try fails
		key.EncryptInPlace(secret)
		req = mautrix.ReqUploadMedia{ContentBytes: secret, ContentType: "application/octet-stream"}
	}
	resp, err := b.Account.Client.UploadMedia(ctx, req)
	if err != nil {
		return "", nil, fmt.Errorf("upload file: %w", err)
	}
	url := resp.ContentURI.CUString()
	if key == nil {
		return url, nil, nil
	}
	return "", &event.EncryptedFileInfo{EncryptedFile: *key, URL: url}, nil
}
