// The parts of the catalogue, joined and checked.
#include "node/metrics/catalogue.h"

#include "node/base/assert.h"
#include "node/metrics/catalogue_parts.h"

namespace lockstep::metrics {
namespace {

std::vector<Description> whole_catalogue() {
  std::vector<Description> all;
  for (const auto& part : {lean_spec(), lean_metrics(), zeam_names(), own_names()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  LOCKSTEP_ASSERT(all.size() == kMetrics);
  for (std::size_t i = 0; i < all.size(); ++i) {
    LOCKSTEP_ASSERT_MSG(static_cast<std::size_t>(all[i].metric) == i && all[i].labels.size() <= 2,
                        "the catalogue is in the order of its enumerators");
  }
  return all;
}

}  // namespace

bool Description::is_closed() const {
  for (const Label& label : labels) {
    if (label.values.empty()) {
      return false;
    }
  }
  return true;
}

std::size_t Description::series() const {
  std::size_t product = 1;
  for (const Label& label : labels) {
    product *= label.values.size();
  }
  return product;
}

std::span<const Description> catalogue() {
  static const std::vector<Description> kAll = whole_catalogue();
  return kAll;
}

const Description& describe(Metric metric) {
  return catalogue()[static_cast<std::size_t>(metric)];
}

}  // namespace lockstep::metrics
