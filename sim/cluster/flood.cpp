// One frame after another, by a timer of the engine's own.
#include "sim/cluster/flood.h"

#include "node/base/assert.h"
#include "node/networking/gossip.h"
#include "node/networking/payloads.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"
#include "node/node/config.h"

namespace lockstep::cluster {
namespace {

constexpr std::uint32_t kFloodEvent = sim::kFirstTraceKindAboveWorld + 32;
constexpr std::uint32_t kNoisePurpose = 1;

}  // namespace

Flood::Flood(sim::Engine& engine, Machine& machine, std::uint64_t number, const Record& record,
             Genesis& genesis, FloodOptions options)
    : engine_(engine),
      machine_(machine),
      lane_(sim::node_lane(static_cast<std::uint32_t>(number))),
      record_(record),
      genesis_(genesis),
      topics_(node::Config{}.network_name),
      period_(std::chrono::nanoseconds(std::chrono::seconds(1)) /
              static_cast<std::int64_t>(options.per_second)),
      validators_(genesis.anchor()->state.validators->size()),
      unknown_percent_(options.unknown_percent),
      noise_(engine.choices(), sim::ChoiceDomain::kFault, number, kNoisePurpose) {
  LOCKSTEP_ASSERT(options.per_second > 0);
  next_ =
      engine_.call_at(engine_.now() + period_, sim::Event::call<&Flood::shout>(*this, lane_, kFloodEvent));
}

void Flood::end() {
  if (next_) {
    engine_.cancel(*next_);
    next_.reset();
  }
}

void Flood::shout(std::uint64_t, std::uint64_t) {
  next_ =
      engine_.call_at(engine_.now() + period_, sim::Event::call<&Flood::shout>(*this, lane_, kFloodEvent));
  if (!machine_.is_running() || !record_.latest_vote()) {
    return;
  }
  const runtime::Frame frame = make_frame();
  for (const runtime::PeerId peer : machine_.peers()) {
    machine_.transport().send(peer, frame);
  }
}

runtime::Frame Flood::make_frame() {
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
  rpc.publish.push_back({topics_.name(networking::TopicKind::kAttestation), compressed});
  auto frame = std::make_shared<base::Bytes>();
  frame->push_back(static_cast<std::uint8_t>(networking::Channel::kGossip));
  networking::encode_rpc(rpc, *frame);
  return frame;
}

}  // namespace lockstep::cluster
