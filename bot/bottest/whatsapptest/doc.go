// Package whatsapptest is a WhatsApp server inside the process, as
// net/http/httptest is a web server. It speaks WhatsApp's own protocol (Noise
// over a websocket, binary XML, messages that the clients encrypt for each
// other), so an unmodified client pairs with it and chats through it.
//
// An [Account] is a phone number whose phone can scan a QR code, enter a code
// or ask for a passkey: the client under test pairs with one. A [User] is a
// person whose phone is a whatsmeow client: users write, and see what their
// phone decrypts. A [Group] has accounts and users as members.
//
//	s := whatsapptest.NewServer(t)
//	bot := s.NewAccount("Netra Contoh")
//	s.Wire(cli)              // cli is a *whatsmeow.Client
//	err := cli.Connect()     // reports events.QR
//	err = bot.Scan(codes[0]) // and then events.PairSuccess and events.Connected
//	chat := s.NewUser("Kenari Contoh").Chat(bot)
//	chat.Say("halo")
//	answer, err := chat.WaitText(ctx, "apa kabar")
//
// Delivery is at least once, as on the real service: a stanza waits for a device
// until the device acknowledges it, and comes again after every reconnect.
// Accounts, devices and what waits for them live in the server, so they outlive
// a client that is killed.
//
// What the real service would refuse, or what endangers an account, is kept in
// Violations: a well-behaved client makes none. What it must live with
// (connections that break, messages that come twice or cannot be read, a ban)
// is injected: SetHook and SetFaults for what clients send, SetDelivery for what
// they receive, and methods of Account for its fate.
//
// # Wiring
//
// whatsmeow verifies the server by a key in the global variable
// whatsmeow.WACertPubKey. NewServer replaces it, once per process, by the key of
// an authority that all servers of the process share; no client may be
// connecting before that. [Server.Wire] gives a client the HTTP client that
// leads WhatsApp's hosts to the server and refuses all others. A program in
// another process gets [Server.Env] and calls [FromEnv]. All of that is test
// wiring: nothing outside of tests may import this package.
//
// # Races in whatsmeow
//
// Client.Disconnect races inside whatsmeow against the end of the same
// connection from the other side: NoiseSocket.Stop and FrameSocket.Close both
// touch OnDisconnect. The server therefore leaves it to a client that should go
// to hang up, for some seconds. After a cut, Server.Settle waits until
// Disconnect is safe; User.Close does so itself.
//
// A cut while requests are in flight makes each of them, and whatsmeow's own
// reconnect, wait in exsync.Event.GetChan, which writes under a read lock. The
// race detector sees that now and then. A client that reconnects by itself
// (EnableAutoReconnect off, Connect at events.Disconnected) and has one request
// in flight is not affected.
package whatsapptest
