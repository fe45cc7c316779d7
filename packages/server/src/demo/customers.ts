import type { PlanCode } from './plans.ts'

/**
 * How a customer pays: with a card that works, one that is refused from a day on, by bank transfer after some days (the
 * payment term is 30 then), or by bank transfer until a day and no more.
 */
export type Paying = 'card' | 'wire' | 'late' | { readonly stops: string }

export interface DemoCustomer {
  readonly id: string
  readonly name: string
  readonly country: string
  readonly city: string
  readonly street: string
  readonly zip: string
  readonly plan: PlanCode
  /** The day on which the first subscription starts. */
  readonly since: string
  /** What the customer spends on tokens in its first month, in US dollars. */
  readonly spends: number
  /** By how much that grows from month to month: 0.05 is 5 %. */
  readonly grows: number
  readonly pays: Paying
  readonly timezone?: string
  readonly seats?: number
  readonly coupon?: string
  readonly graceDays?: number
}

type Row = readonly [
  id: string,
  name: string,
  country: string,
  city: string,
  street: string,
  zip: string,
  plan: PlanCode,
  since: string,
  spends: number,
  grows: number,
  more?: Partial<Pick<DemoCustomer, 'pays' | 'timezone' | 'seats' | 'coupon' | 'graceDays'>>,
]

/** Forty customers, by the day on which they came. */
// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['halvorsen', 'Halvorsen Bank', 'NO', 'Oslo', 'Karl Johans gate 14', '0154', 'enterprise', '2025-01-01', 9_800, 0.03, { pays: 'wire', seats: 80, graceDays: 20 }],
  ['brightledger', 'Brightledger', 'US', 'New York', '233 Spring Street', '10013', 'scale', '2025-01-01', 3_900, 0.05, { timezone: 'America/New_York', seats: 18 }],
  ['voltwerk', 'Voltwerk GmbH', 'DE', 'Berlin', 'Oranienstraße 6', '10997', 'scale_eur', '2025-01-01', 3_100, 0.03, { pays: 'wire', coupon: 'launch25' }],
  ['quillwork', 'Quillwork', 'GB', 'London', '18 Redchurch Street', 'E2 7DP', 'build', '2025-01-01', 260, 0.12, { coupon: 'launch25' }],
  ['northpass', 'Northpass Insurance', 'CA', 'Toronto', '200 Bay Street', 'M5J 2J2', 'scale', '2025-01-01', 2_600, 0.02, { pays: 'late', seats: 12 }],
  ['larkspur', 'Larkspur Education', 'US', 'Portland', '915 SW Oak Street', '97205', 'team', '2025-01-01', 420, 0.06, { seats: 6, coupon: 'launch25' }],
  ['alpenblick', 'Alpenblick Reisen', 'CH', 'Chur', 'Bahnhofstrasse 7', '7000', 'team', '2025-01-01', 310, 0.04, { pays: 'wire', seats: 4 }],
  ['inkwell', 'Inkwell Studio', 'NL', 'Utrecht', 'Oudegracht 112', '3511 AW', 'build', '2025-01-01', 140, 0.07],
  ['bramble', 'Bramble & Co', 'IE', 'Dublin', '5 Fade Street', 'D02 HP83', 'build', '2025-01-01', 90, 0.03],
  ['fieldnote', 'Fieldnote', 'US', 'Denver', '1801 Wewatta Street', '80202', 'team', '2025-01-01', 520, 0.08, { seats: 9 }],
  ['marisol', 'Marisol Logistics', 'ES', 'Valencia', 'Carrer de Colón 31', '46004', 'build', '2025-01-01', 380, 0.02, { pays: { stops: '2025-11-15' } }],
  ['tern', 'Tern Analytics', 'SE', 'Stockholm', 'Götgatan 22', '118 46', 'team', '2025-01-01', 680, 0.05, { seats: 7, coupon: 'launch25' }],
  ['kitayama', 'Kitayama Motors', 'JP', 'Nagoya', '2-4-1 Meieki', '450-0002', 'enterprise', '2025-02-01', 7_400, 0.04, { pays: 'wire', timezone: 'Asia/Tokyo', seats: 60, graceDays: 20 }],
  ['pennyfarthing', 'Pennyfarthing', 'GB', 'Bristol', '40 Park Street', 'BS1 5JG', 'build', '2025-02-06', 70, 0.15],
  ['cobalt', 'Cobalt Security', 'US', 'Austin', '500 Congress Avenue', '78701', 'scale', '2025-02-13', 4_400, 0.04, { seats: 22 }],
  ['saffron', 'Saffron Foods', 'IN', 'Bengaluru', '12 Church Street', '560001', 'build', '2025-02-20', 210, 0.05],
  ['orchard', 'Orchard Legal', 'GB', 'London', '61 Chancery Lane', 'WC2A 1ED', 'team', '2025-03-03', 740, 0.09, { seats: 12 }],
  ['pampero', 'Pampero Viajes', 'ES', 'Madrid', 'Calle de Fuencarral 88', '28004', 'scale_eur', '2025-03-10', 2_300, 0.03, { pays: 'late' }],
  ['moss', 'Moss Therapeutics', 'US', 'Boston', '101 Seaport Boulevard', '02210', 'team', '2025-03-17', 890, 0.06, { timezone: 'America/New_York', seats: 8, coupon: 'startup100' }],
  ['hollow', 'Hollow Pine Games', 'CA', 'Montréal', '5333 avenue Casgrain', 'H2T 1X3', 'build', '2025-03-24', 330, 0.1, { coupon: 'startup100' }],
  ['lumen', 'Lumen Retail Group', 'FR', 'Lyon', '18 rue de la République', '69002', 'scale_eur', '2025-04-01', 3_600, 0.02, { pays: 'wire', seats: 16 }],
  ['wattle', 'Wattle Health', 'AU', 'Melbourne', '120 Collins Street', '3000', 'team', '2025-04-07', 460, 0.05, { seats: 5 }],
  ['castellan', 'Castellan Property', 'SG', 'Singapore', '80 Robinson Road', '068898', 'team', '2025-04-14', 380, 0.03, { pays: { stops: '2025-10-20' }, seats: 4 }],
  ['drift', 'Driftwood Press', 'US', 'Seattle', '1516 Second Avenue', '98101', 'build', '2025-04-22', 60, 0.02],
  ['ostrava', 'Ostrava Data', 'CZ', 'Ostrava', 'Stodolní 15', '702 00', 'build', '2025-05-05', 190, 0.08],
  ['meridian', 'Meridian Health Systems', 'US', 'Boston', '55 Fruit Street', '02114', 'enterprise', '2025-05-01', 12_500, 0.05, { pays: 'wire', timezone: 'America/New_York', seats: 140 }],
  ['glasshouse', 'Glasshouse Media', 'DK', 'Copenhagen', 'Vesterbrogade 74', '1620', 'team', '2025-05-19', 560, 0.04, { seats: 6 }],
  ['parallax', 'Parallax Robotics', 'US', 'Pittsburgh', '4 Smithfield Street', '15222', 'team', '2025-06-02', 980, 0.09, { seats: 11, coupon: 'launch25' }],
  ['sandpiper', 'Sandpiper Travel', 'NZ', 'Auckland', '12 Queen Street', '1010', 'build', '2025-06-09', 240, 0.04, { coupon: 'referral50' }],
  ['teatro', 'Teatro Nova', 'PT', 'Lisbon', 'Rua do Alecrim 20', '1200-292', 'build', '2025-06-23', 45, 0],
  ['grindstone', 'Grindstone Tools', 'AT', 'Graz', 'Herrengasse 9', '8010', 'team', '2025-07-07', 350, 0.05, { pays: 'wire', seats: 5 }],
  ['hemlock', 'Hemlock Security', 'US', 'Chicago', '222 W Adams Street', '60606', 'build', '2025-07-14', 410, 0.11, { coupon: 'startup100' }],
  ['bluefin', 'Bluefin Robotics', 'JP', 'Yokohama', '3-1 Minatomirai', '220-0012', 'team', '2025-08-04', 620, 0.06, { timezone: 'Asia/Tokyo', seats: 7 }],
  ['papercut', 'Papercut Labs', 'US', 'Oakland', '1955 Broadway', '94612', 'build', '2025-08-18', 150, 0.14],
  ['vantage', 'Vantage Claims', 'GB', 'Leeds', '1 Park Row', 'LS1 5HN', 'scale', '2025-09-01', 3_300, 0.03, { seats: 14 }],
  ['seedling', 'Seedling Finance', 'CH', 'Bern', 'Kramgasse 33', '3011', 'build', '2025-09-15', 120, 0.1, { coupon: 'referral50' }],
  ['opaline', 'Opaline Cosmetics', 'FR', 'Paris', '24 rue de Turenne', '75003', 'team', '2025-10-06', 430, 0.05, { seats: 5 }],
  ['riverbend', 'Riverbend Utilities', 'US', 'Nashville', '150 Third Avenue South', '37201', 'scale', '2025-10-20', 2_900, 0.04, { pays: 'wire', seats: 10 }],
  ['kestrel', 'Kestrel Aerospace', 'CA', 'Ottawa', '99 Bank Street', 'K1P 1H4', 'team', '2025-11-10', 700, 0.07, { seats: 9 }],
  ['thimble', 'Thimble', 'NL', 'Amsterdam', 'Herengracht 182', '1016 BR', 'build', '2025-12-01', 80, 0.2, { coupon: 'referral50' }],
]

export const CUSTOMERS: readonly DemoCustomer[] = ROWS.map(
  ([id, name, country, city, street, zip, plan, since, spends, grows, more]) => ({
    id,
    name,
    country,
    city,
    street,
    zip,
    plan,
    since,
    spends,
    grows,
    pays: 'card',
    ...more,
  }),
)

/** The external id of a customer's first subscription. */
export function subscriptionOf(customerId: string): string {
  return `${customerId}-prod`
}
