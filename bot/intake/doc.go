// Package intake hands cases over to supervisors: it knows which destinations
// there are ([Routes]), what they read ([Cards]), and brings it there
// ([Deliverer]) however long that takes.
//
// There is no second queue: what is to be delivered are the deliveries in the
// store that are not settled. Every step of a delivery is kept when it is done,
// so that a crash repeats one step at most.
//
//	claim ─▶ card ─▶ evidence ─▶ word to the reporter ─▶ settle
//	  ▲        │         │               │
//	  └────────┴── later ┴───────────────┘   (pace, network, platform down)
package intake
