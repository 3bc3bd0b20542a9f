// Package dates reads days and times as people in Indonesia write them, in
// Indonesian, English, Javanese and Sundanese: "kemarin sore", "malam Minggu",
// "tgl 5", "20 Juli 2024 pukul 14.30", "wingi", "kamari", "2 days ago".
//
// The rules, where words leave it open:
//
//   - Digits are day, month, year, as in Indonesia. 07/20/2024 can only be the
//     20th of July.
//   - A day without a year, or a weekday, is the latest that was.
//   - "Minggu lalu" is a week ago, about; "hari Minggu" and "Minggu pagi" are the
//     Sunday. "Malam Minggu" is the night before the Sunday, "Minggu malam" the
//     night after.
//   - An hour from 1 to 6 without a part of the day is one of the afternoon or
//     evening, if that was already.
//   - "Bulan lalu", "awal Juli" name no day.
//
// Months, days and parts of the day are those of the Unicode CLDR for id, en, jv
// and su, with the spellings that people use.
package dates
