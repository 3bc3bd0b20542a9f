package whatsapp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// maxShown is the largest file that is shown or played; larger ones go as
// documents.
const maxShown = 16 << 20

// shownAs is how phones show files of a type; all others are documents, which
// arrive as they are.
var shownAs = map[string]whatsmeow.MediaType{
	"image/jpeg": whatsmeow.MediaImage, "image/png": whatsmeow.MediaImage, "image/webp": whatsmeow.MediaImage,
	"video/mp4": whatsmeow.MediaVideo,
	"audio/ogg": whatsmeow.MediaAudio, "audio/mp4": whatsmeow.MediaAudio, "audio/mpeg": whatsmeow.MediaAudio,
}

// inAlbum reports whether a file comes in albums.
func inAlbum(f bot.Upload) bool {
	kind := shownAs[f.Type]
	return f.Size <= maxShown && (kind == whatsmeow.MediaImage || kind == whatsmeow.MediaVideo)
}

// PostFiles implements bot.Group: pictures and films as one album, what else
// there is one by one.
func (a *Adapter) PostFiles(ctx context.Context, to bot.Address, files []bot.Upload, answer bot.Ref) error {
	if !isGroup(to) {
		return a.handOver(ctx, to, files)
	}
	group, err := a.group(ctx, to)
	if err != nil {
		return err
	}
	var album, others []bot.Upload
	for _, f := range files {
		if inAlbum(f) {
			album = append(album, f)
		} else {
			others = append(others, f)
		}
	}
	var key *waCommon.MessageKey
	if len(album) > 1 {
		if key, err = a.album(ctx, group, album, answer); err != nil {
			return err
		}
	}
	for i, f := range slices.Concat(album, others) {
		m, err := a.upload(ctx, f, shownAs[f.Type], a.context(group, answer))
		if err != nil {
			return err
		}
		if key != nil && i < len(album) {
			m.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
				AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: key,
			}}
		}
		if err := a.send(ctx, "post file", group.JID, m, pace.Delivery, messageID(string(to), f.Name, string(answer))); err != nil {
			return err
		}
	}
	return nil
}

// album posts the head of an album, to which its files refer.
func (a *Adapter) album(ctx context.Context, group *types.GroupInfo, files []bot.Upload, answer bot.Ref) (*waCommon.MessageKey, error) {
	to := group.JID.String()
	id := messageID(to, "album", string(answer), files[0].Name)
	films := 0
	for _, f := range files {
		if shownAs[f.Type] == whatsmeow.MediaVideo {
			films++
		}
	}
	head := &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{
		ExpectedImageCount: proto.Uint32(uint32(len(files) - films)), ExpectedVideoCount: proto.Uint32(uint32(films)),
		ContextInfo: a.context(group, answer),
	}}
	err := a.send(ctx, "post album", group.JID, head, pace.Delivery, id)
	return &waCommon.MessageKey{RemoteJID: proto.String(to), FromMe: proto.Bool(true), ID: proto.String(id)}, err
}

// handOver sends files to a person as they are: what phones show as pictures or
// films they make smaller. They disappear as everything in that chat does. A
// file that is asked for again comes again.
func (a *Adapter) handOver(ctx context.Context, to bot.Address, files []bot.Upload) error {
	who, err := jid(to)
	if err != nil {
		return err
	}
	for _, f := range files {
		about := &waE2E.ContextInfo{}
		if timer := a.chat(ctx, who).timer; timer > 0 {
			about.Expiration = proto.Uint32(timer)
		}
		m, err := a.upload(ctx, f, whatsmeow.MediaDocument, about)
		if err != nil {
			return err
		}
		id := messageID(string(to), f.Name, a.cfg.Now().Truncate(time.Minute).String())
		if err := a.send(ctx, "send file", who, m, pace.Delivery, id); err != nil {
			return err
		}
	}
	return nil
}

// upload reads a file, which is in memory until it is uploaded, and makes the
// message that shows it.
func (a *Adapter) upload(ctx context.Context, f bot.Upload, kind whatsmeow.MediaType, about *waE2E.ContextInfo) (*waE2E.Message, error) {
	select {
	case a.files <- struct{}{}:
		defer func() { <-a.files }()
	case <-ctx.Done():
		return nil, &bot.Failure{Kind: bot.RetryLater, Op: "upload", Reason: ctx.Err().Error()}
	}
	body, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open evidence: %w", err)
	}
	raw, err := io.ReadAll(body)
	if err = errors.Join(err, body.Close()); err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	if kind == "" || len(raw) > maxShown || f.Type == "audio/ogg" && !opus(raw) {
		kind = whatsmeow.MediaDocument
	}
	up, err := a.cli.Upload(ctx, raw, kind)
	if err != nil {
		return nil, a.failure(ctx, "upload", everybody, err)
	}
	switch kind {
	case whatsmeow.MediaImage:
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			Mimetype: proto.String(f.Type), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength, ContextInfo: about,
		}}, nil
	case whatsmeow.MediaVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{
			Mimetype: proto.String(f.Type), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength, ContextInfo: about,
		}}, nil
	case whatsmeow.MediaAudio:
		voice, media := f.Type == "audio/ogg", f.Type
		if voice {
			media += "; codecs=opus"
		}
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			Mimetype: proto.String(media), PTT: proto.Bool(voice), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength, ContextInfo: about,
		}}, nil
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		Mimetype: proto.String(f.Type), FileName: proto.String(f.Name), Title: proto.String(f.Name), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength, ContextInfo: about,
	}}, nil
}

// opus reports whether an Ogg file is a voice message as WhatsApp plays them
// (RFC 7845: so its first page begins).
func opus(raw []byte) bool { return bytes.Contains(raw[:min(len(raw), 64)], []byte("OpusHead")) }
