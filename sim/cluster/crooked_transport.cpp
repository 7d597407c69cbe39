// Spoiling answers frame by frame.
#include "sim/cluster/crooked_transport.h"

#include <memory>
#include <utility>
#include <variant>

#include "node/networking/gossip.h"
#include "node/networking/request_codec.h"
#include "node/spec/config.h"

namespace lockstep::cluster {
namespace {

/// An answer without end goes on for so many chunks each time that it should be over, beyond where the
/// longest answer ends.
constexpr std::uint64_t kChunksTooMany = 8;

runtime::Frame stranger(std::uint64_t id, chain::Protocol protocol, std::uint64_t index) {
  spec::SignedBlock block;
  block.block.slot = spec::Slot(index + 1);
  base::store_le(id ^ index, block.block.state_root.data.data());
  return std::make_shared<const base::Bytes>(
      networking::encode_piece(id, protocol, index, std::make_shared<const spec::SignedBlock>(block)));
}

}  // namespace

/// One piece of an answer on its way out.
struct CrookedTransport::Chunk {
  std::uint64_t id;
  chain::Protocol protocol;
  std::uint64_t index;
  bool is_end;
};

runtime::SendOutcome CrookedTransport::send(runtime::PeerId peer, runtime::Frame frame) {
  const bool is_answer =
      !frame->empty() && frame->front() == static_cast<std::uint8_t>(networking::Channel::kResponse);
  if (answering_ == Answering::kProperly || !is_answer) {
    return straight_.send(peer, std::move(frame));
  }
  base::ByteView body;
  const auto header = networking::decode_header(*frame, body);
  const auto place = header ? networking::decode_index(body) : std::nullopt;
  if (!place || header->protocol == static_cast<std::uint8_t>(chain::Protocol::kStatus)) {
    return straight_.send(peer, std::move(frame));
  }
  return spoil(peer, frame,
               {.id = header->id,
                .protocol = static_cast<chain::Protocol>(header->protocol),
                .index = place->index,
                .is_end = place->body.empty()});
}

runtime::SendOutcome CrookedTransport::spoil(runtime::PeerId peer, const runtime::Frame& frame,
                                             const Chunk& chunk) {
  if (answering_ == Answering::kHalfWay) {
    return chunk.index == 0 && !chunk.is_end ? straight_.send(peer, frame) : runtime::SendOutcome::kQueued;
  }
  if (answering_ == Answering::kEndlessly && chunk.is_end) {
    for (std::uint64_t i = 0; i < kChunksTooMany; ++i) {
      straight_.send(peer, stranger(chunk.id, chunk.protocol, spec::MAX_REQUEST_BLOCKS + i));
    }
    return runtime::SendOutcome::kQueued;
  }
  if (answering_ == Answering::kOtherBlocks && !chunk.is_end) {
    return straight_.send(peer, stranger(chunk.id, chunk.protocol, chunk.index));
  }
  return straight_.send(peer, frame);
}

}  // namespace lockstep::cluster
