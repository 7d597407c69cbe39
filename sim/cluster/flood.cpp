// Votes that are none.
#include "sim/cluster/flood.h"

#include "node/networking/gossip.h"
#include "node/networking/payloads.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"

namespace lockstep::cluster {
namespace {

constexpr std::uint32_t kFloodEvent = sim::kFirstTraceKindAboveWorld + 32;
constexpr std::uint32_t kNoisePurpose = 1;

}  // namespace

Flood::Flood(sim::Engine& engine, Machine& machine, std::uint64_t number, const Record& record,
             Genesis& genesis, FloodOptions options)
    : record_(record),
      genesis_(genesis),
      topics_(machine.config().network_name, machine.config().attestation_committee_count),
      validators_(genesis.anchor()->state.validators->size()),
      unknown_percent_(options.unknown_percent),
      noise_(engine.choices(), sim::ChoiceDomain::kFault, number, kNoisePurpose),
      sender_(engine, machine, number, kFloodEvent, options.per_second, [this] { return make_frame(); }) {}

runtime::Frame Flood::make_frame() {
  if (!record_.latest_vote()) {
    return nullptr;
  }
  spec::SignedAttestation vote;
  vote.data = *record_.latest_vote();
  const std::uint64_t noise = noise_.bits();
  vote.validator_index = spec::ValidatorIndex(noise % validators_);
  if (unknown_percent_ > 0 && noise_.below(100) < unknown_percent_) {
    for (std::uint8_t& byte : vote.data.head.root.data) {
      byte = static_cast<std::uint8_t>(noise_.bits());
    }
  }
  vote.signature.data = genesis_.stray_signature(vote.data.slot.value, noise);
  base::Bytes compressed;
  networking::append_snappy_block(networking::encode_signed_attestation(vote), compressed);
  networking::RpcView rpc;
  rpc.publish.push_back({topics_.name(topics_.attestation(vote.validator_index)), compressed});
  auto frame = std::make_shared<base::Bytes>();
  frame->push_back(static_cast<std::uint8_t>(networking::Channel::kGossip));
  networking::encode_rpc(rpc, *frame);
  return frame;
}

}  // namespace lockstep::cluster
