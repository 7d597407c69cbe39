// The requests of peers that we are answering, chunk by chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/networking/peers.h"
#include "node/networking/receiver.h"
#include "node/networking/request_codec.h"
#include "node/runtime/clock.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// A channel on which nothing could be queued for so long is given up.
inline constexpr base::Duration kChannelIdleMax = std::chrono::seconds(10);
/// Unanswered requests of one peer, and of all. Ours to others are 2, and a status now and then.
inline constexpr std::size_t kChannelsPerPeerMax = 4;
inline constexpr std::size_t kChannelsMax = 1024;
/// Chunks that one channel sends in a turn, so that a long answer holds up nothing else.
inline constexpr std::size_t kChunksPerTurn = 16;
/// An answer that has sent so many bytes ends, whatever is left: the peer asks on from there.
inline constexpr std::size_t kServedBytesMax = 8 * 1024 * 1024;

/// One channel for each request of a peer, from its arrival until the last piece of its answer is with the
/// transport. A piece that the transport refuses stays at the front and is tried again; only what it takes
/// refreshes the channel's deadline. Not thread-safe: one thread owns it.
class ResponseChannels {
 public:
  /// Everything referred to outlives it.
  ResponseChannels(Peers& peers, const runtime::Clock& clock, runtime::Transport& transport,
                   chain::Events& events, Receiver& receiver)
      : peers_(peers), clock_(clock), transport_(transport), events_(events), receiver_(receiver) {}

  /// Takes a frame of the request channel, its channel byte included: opens a channel and hands the request
  /// on, or refuses it.
  void take(runtime::PeerId from, const runtime::Frame& frame);
  /// Begins to answer. False when the channel is not open (any more), or is being answered.
  bool respond(runtime::PeerId peer, std::uint64_t id, chain::Response response);
  /// Closes all channels of that peer.
  void peer_gone(runtime::PeerId peer);
  /// Reports the end of all channels: the node ends.
  void shut_down();
  /// Sends what can be sent, and gives up what nobody takes. To be called often.
  void turn();

  [[nodiscard]] std::size_t size() const { return channels_.size(); }
  /// Whether turn() may have something to send at once.
  [[nodiscard]] bool has_work() const { return answering_ > 0; }

 private:
  struct Channel {
    chain::Protocol protocol;
    base::Instant deadline;
    std::optional<chain::Response> answer;
    std::uint64_t next = 0;  ///< The index of the piece that is to be sent.
    std::size_t bytes = 0;
    runtime::Frame refused;  ///< That piece, if the transport has refused it before.
  };
  using Key = std::pair<runtime::PeerId, std::uint64_t>;
  using Channels = std::map<Key, Channel>;

  [[nodiscard]] std::size_t channels_of(runtime::PeerId peer) const;
  void refuse(runtime::PeerId peer, std::uint64_t id, chain::Protocol protocol, chain::ResponseCode code,
              const char* text);
  /// Sends what the transport takes, within a turn's bounds. Returns the place behind the channel, which may
  /// be closed by then.
  Channels::iterator pump(Channels::iterator place);
  [[nodiscard]] static ResponsePiece piece_of(const Channel& channel);
  [[nodiscard]] static bool is_last(const ResponsePiece& piece);
  Channels::iterator close(Channels::iterator place, chain::ServedEnd how);
  void report_level();

  Peers& peers_;
  const runtime::Clock& clock_;
  runtime::Transport& transport_;
  chain::Events& events_;
  Receiver& receiver_;
  Channels channels_;
  std::size_t answering_ = 0;
};

}  // namespace lockstep::networking
