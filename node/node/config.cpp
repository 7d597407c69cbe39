// Whom a node hears, by its settings.
#include "node/node/config.h"

namespace lockstep::node {

spec::SubnetSet subnets_heard(const Config& config) {
  spec::SubnetSet heard;
  if (config.is_aggregator) {
    heard = config.aggregate_subnets;
  }
  for (const OwnValidator& own : config.validators) {
    heard.set(spec::subnet_of(own.index, config.attestation_committee_count).value);
  }
  return heard;
}

}  // namespace lockstep::node
