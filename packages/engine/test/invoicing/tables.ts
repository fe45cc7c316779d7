/**
 * What a subscription costs for a period: price, plan, zone, anchor, start (`same`: the anchor), billing instant (`start`,
 * `end`, or given), end, circumstances, base window, days of the whole period, amount.
 */
export const BASE_FEES = `
  4900   | monthly calendar adv    | Asia/Tokyo       | 2026-02-17 04:25:30 | same | start | | | 2026-02-16 15:00:00 .. 2026-02-28 14:59:59 | 28 | 2100
  4900   | monthly calendar adv    | Asia/Tokyo       | 2026-02-17 04:25:30 | same | 2026-02-28 15:10 | | billed before | 2026-02-28 15:00:00 .. 2026-03-31 14:59:59 | 31 | 4900
  4900   | monthly calendar arr    | America/New_York | 2026-02-17 04:25:30 | same | 2026-03-01 05:10 | | | 2026-02-16 05:00:00 .. 2026-03-01 04:59:59 | 28 | 2275
  7100   | monthly calendar arr    | America/New_York | 2026-03-05 12:00 | same | 2026-04-01 04:10 | | | 2026-03-05 05:00:00 .. 2026-04-01 03:59:59 | 31 | 6184
  4900   | monthly anniversary adv | UTC              | 2026-02-17 09:00 | same | start | | | 2026-02-17 00:00:00 .. 2026-03-16 23:59:59 | 28 | 4900
  4900   | monthly anniversary arr | UTC              | 2026-02-17 09:00 | same | 2026-03-17 00:10 | | | 2026-02-17 00:00:00 .. 2026-03-16 23:59:59 | 28 | 4900
  1500   | weekly calendar adv     | Pacific/Auckland | 2026-09-23 22:00 | same | start | | | 2026-09-23 12:00:00 .. 2026-09-27 10:59:59 | 7 | 857
  29900  | quarterly calendar arr  | UTC              | 2026-02-11 00:00 | same | 2026-04-01 00:10 | | | 2026-02-11 00:00:00 .. 2026-03-31 23:59:59 | 90 | 16279
  60000  | semiannual calendar adv | UTC              | 2026-05-15 00:00 | same | start | | | 2026-05-15 00:00:00 .. 2026-06-30 23:59:59 | 181 | 15580
  120000 | yearly calendar adv     | UTC              | 2028-03-10 08:00 | same | start | | | 2028-03-10 00:00:00 .. 2028-12-31 23:59:59 | 366 | 97377
  4900   | monthly calendar arr    | UTC              | 2026-01-10 00:00 | same | end | 2026-06-18 13:30:15.400 | billed before | 2026-06-01 00:00:00 .. 2026-06-18 13:30:15 | 30 | 2940
  4900   | monthly calendar arr    | UTC              | 2026-01-10 00:00 | same | end | 2026-06-18 00:00 | billed before | 2026-06-01 00:00:00 .. 2026-06-18 00:00:00 | 30 | 2940
  4900   | monthly calendar arr    | Asia/Tokyo       | 2026-01-10 00:00 | same | end | 2026-06-17 15:05 | billed before | 2026-05-31 15:00:00 .. 2026-06-17 15:05:00 | 30 | 2940
  4900   | monthly calendar arr    | UTC              | 2026-06-18 09:00 | same | end | 2026-06-18 17:00 | | 2026-06-18 00:00:00 .. 2026-06-18 17:00:00 | 30 | 163
  4900   | monthly anniversary arr | America/New_York | 2026-01-31 15:00 | same | end | 2026-03-15 02:00 | billed before | 2026-02-28 05:00:00 .. 2026-03-15 02:00:00 | 31 | 2371
  4900   | monthly calendar arr    | UTC              | 2026-01-10 00:00 | same | 2026-06-18 13:30:16 | 2026-06-18 13:30:15.400 | ends by upgrade, billed before | 2026-06-01 00:00:00 .. 2026-06-18 13:30:15 | 30 | 2777
  9900   | monthly calendar adv    | UTC              | 2026-01-10 00:00 | 2026-06-18 13:30:15.400 | 2026-06-18 13:30:16 | | replaces another by upgrade | 2026-06-18 00:00:00 .. 2026-06-30 23:59:59 | 30 | 4290
  4900   | monthly calendar arr    | UTC              | 2026-06-18 09:00 | same | 2026-06-18 17:00:01 | 2026-06-18 17:00 | ends by upgrade | 2026-06-18 00:00:00 .. 2026-06-18 17:00:00 | 30 | 0
  120000 | yearly anniversary adv  | UTC              | 2026-01-10 00:00 | 2026-06-18 13:30:15.400 | 2026-06-18 13:30:16 | | replaces another by upgrade | 2026-06-18 00:00:00 .. 2027-01-09 23:59:59 | 365 | 67726
  2900   | monthly calendar adv    | America/New_York | 2026-01-10 12:00 | 2026-07-01 04:10 | 2026-07-01 04:10 | | replaces another by downgrade | 2026-07-01 04:00:00 .. 2026-08-01 03:59:59 | 31 | 2900
  4900   | monthly calendar adv    | UTC              | 2026-06-12 15:20 | same | 2026-06-22 15:35 | | trial 10 | 2026-06-12 00:00:00 .. 2026-06-30 23:59:59 | 30 | 1470
  4900   | monthly anniversary adv | UTC              | 2026-06-12 15:20 | same | 2026-06-22 15:35 | | trial 10 | 2026-06-12 00:00:00 .. 2026-07-11 23:59:59 | 30 | 3267
  4900   | monthly calendar adv    | UTC              | 2026-06-12 15:20 | same | 2026-07-27 15:35 | | trial 45 | 2026-07-01 00:00:00 .. 2026-07-31 23:59:59 | 31 | 790
  4900   | monthly calendar arr    | UTC              | 2026-06-12 15:20 | same | 2026-07-01 00:10 | | trial 10 | 2026-06-12 00:00:00 .. 2026-06-30 23:59:59 | 30 | 1470
`
