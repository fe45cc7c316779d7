-- The filters of a metric, deleted ones too: a deleted metric is told of with those that were deleted with it.
create index billable_metric_filters_by_metric on billable_metric_filters (billable_metric_id);
