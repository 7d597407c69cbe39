// The thread that alone owns the network, and the commands by which others have it do things.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <variant>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/crypto/signatures.h"
#include "node/locking/mpsc_queue.h"
#include "node/locking/wake_up.h"
#include "node/networking/connected_peers.h"
#include "node/networking/network.h"
#include "node/node/config.h"
#include "node/node/inbox.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"
#include "node/validator/publisher.h"

namespace lockstep::node {

/// Takes what the transport receives, decodes it and passes it on to the inbox; carries out commands. Public
/// members are for any thread and never wait, unless they say otherwise. Who is refused a command still has
/// what was to be sent and rolls back what it noted; what became of every command is reported once.
class NetworkActor final : private networking::Receiver, public validator::Publisher {
 public:
  /// Commands that may wait at once: a slot's votes of all validators that one node may have, and more
  /// answers than peers can ask for at once.
  static constexpr std::size_t kCommandsMax = 8192;

  /// Everything referred to outlives it. Nothing runs before start().
  NetworkActor(const runtime::Runtime& runtime, const Config& config, const crypto::SignatureScheme& scheme,
               chain::Events& events, Inbox& inbox);

  /// Starts the thread `network`. Called once.
  void start();
  /// Takes no more commands and asks the thread to end.
  void close();
  /// Waits until the thread has ended and reports what it left behind. One caller at a time; may be called
  /// again. Requires: close() was called, or the thread has ended.
  void join();
  /// Whether the thread's body is over.
  [[nodiscard]] bool has_ended() const { return ended_.load(std::memory_order_acquire); }

  void publish_block(chain::SignedBlockPointer block) override;
  void publish_attestation(const spec::SignedAttestation& vote) override;
  void publish_aggregate(spec::SignedAggregatedAttestation aggregate);
  /// False when the command was refused.
  [[nodiscard]] bool request(runtime::PeerId peer, std::uint64_t id, chain::Request request);
  [[nodiscard]] bool respond(runtime::PeerId peer, std::uint64_t id, chain::Response response);
  void complain(runtime::PeerId peer, chain::Drop reason);

  [[nodiscard]] std::size_t commands_waiting() const { return commands_.size(); }
  /// Who is connected and what each said of its chain last; the actor's thread alone writes it.
  [[nodiscard]] const networking::ConnectedPeers& peers() const { return peers_; }

 private:
  struct PublishBlock {
    chain::SignedBlockPointer block;
  };
  struct PublishAttestation {
    spec::SignedAttestation vote;
  };
  struct PublishAggregate {
    spec::SignedAggregatedAttestation aggregate;
  };
  struct Request {
    runtime::PeerId peer;
    std::uint64_t id = 0;
    chain::Request request;
  };
  struct Respond {
    runtime::PeerId peer;
    std::uint64_t id = 0;
    chain::Response response;
  };
  struct Complain {
    runtime::PeerId peer;
    chain::Drop reason{};
  };
  /// In the order of chain::Command.
  using NetworkCommand =
      std::variant<PublishBlock, PublishAttestation, PublishAggregate, Request, Respond, Complain>;

  bool try_send(NetworkCommand command);
  void run();
  void run_out() noexcept;
  /// False when there are more commands than one turn takes.
  bool carry_out_some();
  void carry_out(NetworkCommand command);
  void take_events(base::Instant deadline);
  void note_peer(const runtime::TransportEvent& event);
  void handle(const runtime::TransportEvent& event);
  /// Until when to wait for an event when there is nothing to do.
  [[nodiscard]] base::Instant patience() const;
  bool push(Exchange exchange);
  void push_peer_changes();
  [[nodiscard]] bool is_stopping() const { return stopping_.load(std::memory_order_acquire); }

  // networking::Receiver, on the actor's own thread.
  void on_gossip_block(runtime::PeerId from, chain::SignedBlockPointer block) override;
  void on_gossip_attestation(runtime::PeerId from, spec::SignedAttestation vote) override;
  void on_gossip_aggregate(runtime::PeerId from, spec::SignedAggregatedAttestation aggregate) override;
  bool on_request(runtime::PeerId from, std::uint64_t id, chain::Request request) override;
  bool on_response_chunk(runtime::PeerId from, std::uint64_t id, chain::ResponseChunk chunk) override;
  bool on_request_ended(const chain::RequestEnded& ended) override;
  void on_peer_connected(runtime::PeerId peer) override;
  void on_peer_disconnected(runtime::PeerId peer) override;

  runtime::Runtime runtime_;
  chain::Events& events_;
  Inbox& inbox_;
  networking::ConnectedPeers peers_;
  networking::Network network_;
  locking::MpscQueue<NetworkCommand> commands_;
  locking::Doorbell bell_;
  runtime::Atomic<bool> stopping_;
  runtime::Atomic<bool> ended_;
  /// Peers that came and went while there was no room to say so. Never lost: sync counts on them.
  std::deque<Exchange> peer_changes_;
  std::unique_ptr<runtime::Thread> thread_;
};

}  // namespace lockstep::node
