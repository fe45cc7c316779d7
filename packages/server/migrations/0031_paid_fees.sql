-- Fees that stand alone and are paid: what an invoice collects once their period is over.
create index fees_to_regroup on fees (organization_id, subscription_id)
  where invoice_id is null and payment_status = 'succeeded' and deleted_at is null;
