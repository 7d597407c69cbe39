// From the registry to prometheus-cpp's families, which writes them down.
#include "node/metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <locale>
#include <sstream>
#include <utility>
#include <vector>

#include "node/base/assert.h"

namespace lockstep::metrics {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

double shown(Unit unit, std::int64_t value) {
  constexpr double kNanosecondsPerSecond = 1e9;
  return unit == Unit::kNanoseconds ? static_cast<double>(value) / kNanosecondsPerSecond
                                    : static_cast<double>(value);
}

prometheus::MetricType type_of(Type type) {
  switch (type) {
    case Type::kCounter:
      return prometheus::MetricType::Counter;
    case Type::kGauge:
      return prometheus::MetricType::Gauge;
    case Type::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram shown(const Description& what, const Registry::Histogram& histogram) {
  prometheus::ClientMetric::Histogram out;
  out.sample_count = histogram.count;
  out.sample_sum = shown(what.unit, histogram.sum);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
    cumulative += histogram.buckets[i];
    out.bucket.push_back({cumulative, i < what.buckets.size() ? shown(what.unit, what.buckets[i])
                                                              : std::numeric_limits<double>::infinity()});
  }
  return out;
}

prometheus::MetricFamily family_of(const Description& what) {
  return {std::string(what.name), std::string(what.help), type_of(what.type), {}};
}

template <typename Value>
void append_series(const Registry& registry, const Value& value_of, const Description& what,
                   std::size_t first, std::size_t second, prometheus::MetricFamily& family) {
  prometheus::ClientMetric metric;
  const std::size_t positions[] = {first, second};
  for (std::size_t i = 0; i < what.labels.size(); ++i) {
    metric.label.push_back(
        {std::string(what.labels[i].name), std::string(what.labels[i].values[positions[i]])});
  }
  const Series series(what.metric, first, second);
  if (what.type == Type::kHistogram) {
    metric.histogram = shown(what, registry.histogram(series));
  } else if (what.type == Type::kGauge) {
    metric.gauge.value = shown(what.unit, value_of(series));
  } else {
    metric.counter.value = shown(what.unit, value_of(series));
  }
  family.metric.push_back(std::move(metric));
}

template <typename Value, typename Filter>
prometheus::MetricFamily closed_family(const Registry& registry, const Value& value_of,
                                       const Filter& is_shown, const Description& what) {
  prometheus::MetricFamily family = family_of(what);
  const std::size_t seconds = what.labels.size() < 2 ? 1 : what.labels[1].values.size();
  for (std::size_t i = 0; i < what.series(); ++i) {
    if (is_shown(Series(what.metric, i / seconds, i % seconds))) {
      append_series(registry, value_of, what, i / seconds, i % seconds, family);
    }
  }
  return family;
}

/// LockTimes counts by powers of two; the catalogue's bounds are some of them.
Registry::Histogram at_bounds(const locking::DurationHistogram::Reading& reading,
                              const std::vector<std::int64_t>& bounds) {
  Registry::Histogram out;
  out.buckets.resize(bounds.size() + 1);
  for (std::size_t power = 0; power < reading.buckets.size(); ++power) {
    const auto bucket = std::ranges::lower_bound(bounds, std::int64_t{1} << power) - bounds.begin();
    out.buckets[static_cast<std::size_t>(bucket)] += reading.buckets[power];
  }
  out.count = reading.count;
  out.sum = reading.sum.count();
  return out;
}

}  // namespace

void Exposition::add_lock(std::string_view name, const locking::LockTimes& times) {
  std::string label(name);
  std::ranges::replace(label, ' ', '_');
  LOCKSTEP_ASSERT_MSG(locks_.try_emplace(std::move(label), &times).second, "two locks of one name");
}

void Exposition::watch(Series series, std::function<std::int64_t()> read) {
  LOCKSTEP_ASSERT(describe(series.metric).type != Type::kHistogram);
  watched_.push_back({series, std::move(read)});
}

std::int64_t Exposition::value_of(Series series) const {
  const auto watched = std::ranges::find(watched_, series, &Watched::series);
  return watched == watched_.end() ? registry_.value(series) : watched->read();
}

bool Exposition::is_shown(Series series) const {
  return series.metric != Metric::kCoverageValidators || series.second < kFirstSubnet + subnets_;
}

std::string Exposition::text() const {
  const auto value_of = [this](Series series) { return this->value_of(series); };
  const auto is_shown = [this](Series series) { return this->is_shown(series); };
  std::vector<prometheus::MetricFamily> families;
  for (const Description& what : catalogue()) {
    if (what.is_closed()) {
      families.push_back(closed_family(registry_, value_of, is_shown, what));
      continue;
    }
    prometheus::MetricFamily& family = families.emplace_back(family_of(what));
    if (what.metric == Metric::kNodeInfo) {
      prometheus::ClientMetric& info = family.metric.emplace_back();
      info.label = {{"name", name_}, {"version", version_}};
      info.gauge.value = 1;
      continue;
    }
    for (const auto& [lock, times] : locks_) {
      for (const locking::LockTimes::Reading& reading : times->read()) {
        prometheus::ClientMetric& metric = family.metric.emplace_back();
        metric.label = {{"lock", lock}, {"site", reading.site}};
        const auto& durations = what.metric == Metric::kLockWait ? reading.wait : reading.hold;
        metric.histogram = shown(what, at_bounds(durations, what.buckets));
      }
    }
  }
  std::ostringstream out;
  out.imbue(std::locale::classic());
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

}  // namespace lockstep::metrics
