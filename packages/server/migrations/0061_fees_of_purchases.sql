-- Of fees of top-ups: the purchase that they ask the money of. An invoice that was voided and made again leaves two fees of one.
alter table fees add column wallet_transaction_id uuid references wallet_transactions (id);

update fees
set wallet_transaction_id = purchase.id
from wallet_transactions as purchase
where fees.fee_type = 'credit'
  and purchase.invoice_id = fees.invoice_id
  and purchase.transaction_status = 'purchased';
