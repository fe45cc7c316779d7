/** What every form says. */
export const forms = {
  'form.submit_hint': 'Ctrl or ⌘ and Enter',
  'form.leave.title': 'Leave without saving?',
  'form.leave.text': 'What you changed on this page is not saved yet.',
  'form.leave.stay': 'Stay here',
  'form.leave.go': 'Leave',
  'form.take_out': 'Remove {name}',
  'form.description': 'Description',
  'form.code_hint': 'What the API calls it',
  'picker.add_tax': 'Add a tax',
  'picker.add_metric': 'Add a metric',
  'picker.add_plan': 'Add a plan',

  'code.not_an_amount': 'Not an amount of this currency: decimals come after a point',
  'code.not_a_number': 'Not a number',
  'code.is not a number': 'Not a number',
  'code.value_is_out_of_range': 'Out of range',
  'code.not_a_valid_country_code': 'Not a country',
  'code.invalid_timezone': 'Not a time zone',
  'code.invalid_expression': 'This is not an expression',
  'code.not_compatible_with_aggregation_type': 'Not possible with this aggregation',
} as const
