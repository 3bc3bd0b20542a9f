// Package election knows what the law ties to a day: which stage an election is
// in where something happened, which rows of the catalogue of violations that
// suggests, and until when a report of it can be registered.
//
// The rules of an election are data. The catalogue (catalogue.json) is that of
// the joint decree of 22 September 2022 (SKB 2/2022, 800-5474/2022, 246/2022,
// 30/2022, 1447.1/PM.01/K.1/09/2022), with PP 94/2021 and PP 42/2004; rows whose
// reading is not settled are marked so. Which elections there are, where and when
// is for the operator to say: none is built in, since Constitutional Court ruling
// 135/PUU-XXII/2024 moved those to come and the statute is not revised yet.
//
// A suggestion helps supervisors to find their place. It decides nothing, and
// reporters are never asked to classify.
package election
