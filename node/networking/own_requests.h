// Our requests under way: each is answered piece by piece, and ends exactly once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "node/networking/answer_rules.h"
#include "node/networking/peers.h"
#include "node/networking/receiver.h"
#include "node/networking/request_codec.h"
#include "node/runtime/clock.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// A request ends when nothing of its answer comes for so long. leanSpec waits 10 s for all of it.
inline constexpr base::Duration kResponseIdleMax = std::chrono::seconds(8);
/// However it goes on, an answer is over after that time.
inline constexpr base::Duration kResponseTimeMax = std::chrono::seconds(60);
/// The most that all frames of one answer may hold.
inline constexpr std::size_t kResponseBytesMax = 64 * 1024 * 1024;
/// The most that is kept of an answer whose pieces came in another order.
inline constexpr std::size_t kOvertakingBytesMax = 16 * 1024 * 1024;
/// Ended requests that are remembered, so that what comes too late for them is told from what nobody asked
/// for.
inline constexpr std::size_t kEndedRequestsMax = 256;

/// Sends requests and hands on what comes in answer, in order and checked against the request. A chunk is
/// handed on as soon as it is there: no answer is ever held whole. Whatever a peer sends, at most its own
/// request ends and the peer is complained of. Not thread-safe: one thread owns it.
class OwnRequests {
 public:
  /// Everything referred to outlives it.
  OwnRequests(Peers& peers, const runtime::Clock& clock, runtime::Transport& transport, chain::Events& events,
              Receiver& receiver)
      : peers_(peers), clock_(clock), transport_(transport), events_(events), receiver_(receiver) {}

  /// Sends a request, of which Receiver::on_request_ended will tell the end: also, at a later turn(), if the
  /// transport would not take it. Requires: no request had this id before.
  void send(runtime::PeerId peer, std::uint64_t id, const chain::Request& request);

  /// Takes a frame of the response channel, its channel byte included.
  void take(runtime::PeerId from, const runtime::Frame& frame);
  /// Ends all requests to that peer.
  void peer_gone(runtime::PeerId peer);
  /// Reports the end of all requests: the node ends. The receiver is not told.
  void shut_down();
  /// Ends what took too long, and tells again what the receiver had no room for. To be called often.
  void turn();

  [[nodiscard]] std::size_t size() const { return open_.size(); }
  /// Ends that the receiver has not taken yet.
  [[nodiscard]] std::size_t untold() const { return untold_.size(); }

 private:
  struct Open {
    runtime::PeerId peer;
    chain::Protocol protocol;
    AnswerRules rules;
    base::Instant idle_deadline;
    base::Instant deadline;
    std::uint64_t next = 0;  ///< The index of the piece that is due.
    std::size_t items = 0;
    std::size_t bytes = 0;
    /// Frames that overtook the piece that is due.
    std::map<std::uint64_t, runtime::Frame> early;
    std::size_t early_bytes = 0;
  };
  using Opens = std::map<std::uint64_t, Open>;

  void take_late(runtime::PeerId from, std::uint64_t id);
  /// Takes the piece that is due; false when the request is over by that.
  bool take_piece(std::uint64_t id, Open& request, base::ByteView body);
  bool take_block(std::uint64_t id, Open& request, chain::SignedBlockPointer block);
  bool hand_on(std::uint64_t id, Open& request, chain::ResponseChunk chunk);
  void keep_early(std::uint64_t id, Open& request, const IndexedPiece& piece, const runtime::Frame& frame);
  /// Ends a request because of what the peer did. Returns false.
  bool blame(std::uint64_t id, chain::Drop reason);
  /// Ends a request. Returns false.
  bool end(std::uint64_t id, chain::RequestEnd how, chain::ResponseCode code = chain::ResponseCode::kSuccess);
  void tell(const chain::RequestEnded& ended);
  void expire();

  Peers& peers_;
  const runtime::Clock& clock_;
  runtime::Transport& transport_;
  chain::Events& events_;
  Receiver& receiver_;
  Opens open_;
  std::deque<std::pair<std::uint64_t, runtime::PeerId>> ended_;
  std::deque<chain::RequestEnded> untold_;
};

}  // namespace lockstep::networking
