// One kind of bad frame after another.
#include "sim/cluster/garbage.h"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "node/networking/gossipsub.h"
#include "node/networking/gossipsub_parameters.h"
#include "node/networking/payloads.h"
#include "node/networking/request_codec.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"

namespace lockstep::cluster {
namespace {

constexpr std::uint32_t kGarbageEvent = sim::kFirstTraceKindAboveWorld + 33;
constexpr std::uint32_t kNoisePurpose = 2;
constexpr std::size_t kMessageIdSize = 20;
/// Where a request's frame says which protocol it is of.
constexpr std::size_t kProtocolAt = 9;
/// Ids that no node comes to by counting.
constexpr std::uint64_t kStrayIds = std::uint64_t{1} << 40;

}  // namespace

Garbage::Garbage(sim::Engine& engine, Machine& machine, std::uint64_t number, Genesis& genesis,
                 std::uint64_t per_second)
    : topics_(machine.config().network_name, machine.config().attestation_committee_count),
      genesis_(genesis),
      noise_(engine.choices(), sim::ChoiceDomain::kFault, number, kNoisePurpose),
      sender_(engine, machine, number, kGarbageEvent, per_second, [this] {
        const std::size_t kind = std::exchange(next_kind_, (next_kind_ + 1) % kKinds);
        // With a single subnet no vote can be on the topic of another.
        next_kind_ += next_kind_ == kWrongSubnet && topics_.subnets() == 1 ? 1 : 0;
        return std::make_shared<const base::Bytes>(make_frame(kind));
      }) {}

base::Bytes Garbage::noise(std::size_t size) {
  base::Bytes out(size);
  for (std::uint8_t& byte : out) {
    byte = static_cast<std::uint8_t>(noise_.bits());
  }
  return out;
}

base::Bytes Garbage::published(std::string_view topic, base::ByteView data) const {
  networking::RpcView rpc;
  rpc.publish.push_back({topic, data});
  return *networking::frame_of(rpc);
}

base::Bytes Garbage::too_much_control() {
  networking::RpcView rpc;
  const base::Bytes id = noise(kMessageIdSize);
  rpc.control.ids.push_back(id);
  for (std::size_t i = 0; i < 2 * networking::kControlEntriesMax; ++i) {
    rpc.control.ihave.push_back({topics_.name(networking::TopicKind::kBlock), 0, 1});
  }
  return *networking::frame_of(rpc);
}

base::Bytes Garbage::vote_on_another_subnet() {
  spec::SignedAttestation vote;
  const std::uint64_t noise = noise_.bits();
  vote.signature.data = genesis_.stray_signature(vote.data.slot.value, noise);
  vote.validator_index = spec::ValidatorIndex(noise % topics_.subnets());
  base::Bytes data;
  networking::append_snappy_block(networking::encode_signed_attestation(vote), data);
  return published(topics_.name(topics_.attestation(vote.validator_index + 1)), data);
}

base::Bytes Garbage::make_frame(std::size_t kind) {
  const std::string_view block = topics_.name(networking::TopicKind::kBlock);
  const base::Bytes some = noise(100);
  base::Bytes data;
  switch (kind) {
    case 0:  // A channel that does not exist.
      data = some;
      data[0] = 9;
      return data;
    case 1:  // A field that ends behind the frame's end.
      return {static_cast<std::uint8_t>(networking::Channel::kGossip), 0x12, 0x50, some[0]};
    case 2:  // A message of another network.
      networking::append_snappy_block(some, data);
      return published("/leanconsensus/another/block/ssz_snappy", data);
    case 3:  // One that says that it is longer than may be.
      networking::append_varint(data, networking::kPayloadBytesMax + 1 + some[0]);
      return published(block, data);
    case 4:  // One that does not decompress.
      networking::append_snappy_block(some, data);
      data.resize(data.size() / 2);
      return published(block, data);
    case 5:  // One that decompresses to no block.
      networking::append_snappy_block(some, data);
      return published(block, data);
    case 6:  // A request of a protocol that does not exist.
      data = networking::encode_request(kStrayIds + some[0], spec::Status{});
      data[kProtocolAt] = 3;
      return data;
    case 7:  // One that is torn.
      data = networking::encode_request(kStrayIds + 256 + some[0], spec::Status{});
      data.back() ^= 1;
      return data;
    case 8:  // An answer to nothing.
      return networking::encode_piece(kStrayIds + 512 + some[0], chain::Protocol::kBlocksByRoot, 0,
                                      networking::EndOfResponse{});
    case kWrongSubnet:
      return vote_on_another_subnet();
    default:  // So many offences in one that nothing is listened to afterwards.
      return too_much_control();
  }
}

}  // namespace lockstep::cluster
