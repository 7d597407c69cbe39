// The contract of runtime::Transport.
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "worlds.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;
using runtime::FrameReceived;
using runtime::PeerConnected;
using runtime::PeerDisconnected;
using runtime::SendOutcome;

/// Longer than anything here takes; a test that needs it has failed.
constexpr auto kLong = 20s;

runtime::Frame frame_of(std::size_t bytes, std::uint64_t seed) {
  base::Bytes out(bytes);
  std::uint64_t state = seed * 2 + 1;
  for (auto& byte : out) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::uint8_t>(state >> 56);
  }
  return std::make_shared<const base::Bytes>(std::move(out));
}

/// One end of the transports under test, with the events that were received while others were waited for.
class End {
 public:
  explicit End(runtime::Runtime& node) : node_(node) {}

  /// Receives until `count` peers are connected.
  void await_peers(std::size_t count) {
    while (peers.size() < count) {
      ASSERT_TRUE(step()) << "peers did not connect in time";
    }
  }
  void await_frames(std::size_t count) {
    while (frames.size() < count) {
      ASSERT_TRUE(step()) << "got " << frames.size() << " of " << count << " frames in time";
    }
  }
  void await_loss_of(runtime::PeerId peer) {
    while (std::find(lost.begin(), lost.end(), peer) == lost.end()) {
      ASSERT_TRUE(step()) << "the disconnection did not show in time";
    }
  }

  /// Takes one event; false when none came for long.
  bool step() {
    auto event = node_.transport.receive(node_.clock.now() + kLong);
    if (!event) {
      return false;
    }
    if (auto* frame = std::get_if<FrameReceived>(&*event)) {
      frames.push_back(std::move(*frame));
    } else if (auto* connected = std::get_if<PeerConnected>(&*event)) {
      peers.push_back(connected->peer);
    } else {
      lost.push_back(std::get<PeerDisconnected>(*event).peer);
      std::erase(peers, lost.back());
    }
    return true;
  }

  runtime::Transport& transport() { return node_.transport; }

  std::vector<runtime::PeerId> peers;
  std::vector<runtime::PeerId> lost;
  std::vector<FrameReceived> frames;

 private:
  runtime::Runtime& node_;
};

/// Sends, and waits for room as often as the queue is full.
SendOutcome send_patiently(runtime::Runtime& node, runtime::PeerId peer, const runtime::Frame& frame) {
  const base::Instant give_up = node.clock.now() + kLong;
  while (true) {
    const SendOutcome outcome = node.transport.send(peer, frame);
    if (outcome != SendOutcome::kFull || node.clock.now() >= give_up) {
      return outcome;
    }
    node.scheduler.sleep_until(node.clock.now() + 1ms);
  }
}

class TransportSeam : public SeamTest {};

TEST_P(TransportSeam, announces_each_peer_once_and_under_its_own_name) {
  run(3, [](Seams& seams) {
    for (auto& node : seams.nodes) {
      End end(node);
      end.await_peers(2);
      ASSERT_EQ(end.peers.size(), 2U);
      EXPECT_NE(end.peers[0], end.peers[1]);
      EXPECT_TRUE(end.frames.empty());
      EXPECT_TRUE(end.lost.empty());
    }
  });
}

TEST_P(TransportSeam, delivers_frames_unchanged_and_in_order) {
  run(2, [](Seams& seams) {
    End sender(seams.nodes[0]);
    End receiver(seams.nodes[1]);
    sender.await_peers(1);
    receiver.await_peers(1);
    const std::vector<std::size_t> lengths = {0, 1, 3, 4, 5, 1000, 65'535, 65'536, 65'537, 300'000, 2};
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      ASSERT_EQ(sender.transport().send(sender.peers[0], frame_of(lengths[i], i)), SendOutcome::kQueued);
    }
    receiver.await_frames(lengths.size());
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      EXPECT_EQ(*receiver.frames[i].frame, *frame_of(lengths[i], i));
      EXPECT_EQ(receiver.frames[i].peer, receiver.peers[0]);
    }
  });
}

TEST_P(TransportSeam, carries_the_longest_frame_and_refuses_one_byte_more) {
  run(2, [](Seams& seams) {
    End sender(seams.nodes[0]);
    End receiver(seams.nodes[1]);
    sender.await_peers(1);
    receiver.await_peers(1);
    const auto longest = frame_of(runtime::kFrameBytesMax, 7);
    EXPECT_EQ(sender.transport().send(sender.peers[0], frame_of(runtime::kFrameBytesMax + 1, 7)),
              SendOutcome::kTooLong);
    EXPECT_EQ(sender.transport().send(sender.peers[0], longest), SendOutcome::kQueued);
    receiver.await_frames(1);
    EXPECT_TRUE(*receiver.frames[0].frame == *longest);
  });
}

TEST_P(TransportSeam, carries_many_frames_both_ways_at_once) {
  run(2, [](Seams& seams) {
    constexpr std::size_t kFrames = 3000;
    std::vector<std::unique_ptr<runtime::Thread>> threads;
    std::vector<End> ends(seams.nodes.begin(), seams.nodes.end());
    for (auto& end : ends) {
      end.await_peers(1);
    }
    for (std::size_t i = 0; i < ends.size(); ++i) {
      runtime::Runtime& node = seams.nodes[i];
      const runtime::PeerId peer = ends[i].peers[0];
      threads.push_back(node.scheduler.spawn("sender", [&node, peer] {
        for (std::size_t number = 0; number < kFrames; ++number) {
          ASSERT_EQ(send_patiently(node, peer, frame_of(number % 257, number)), SendOutcome::kQueued);
        }
      }));
      threads.push_back(node.scheduler.spawn("receiver", [&end = ends[i]] { end.await_frames(kFrames); }));
    }
    for (auto& thread : threads) {
      thread->join();
    }
    for (const auto& end : ends) {
      ASSERT_EQ(end.frames.size(), kFrames);
      for (std::size_t number = 0; number < kFrames; ++number) {
        ASSERT_TRUE(*end.frames[number].frame == *frame_of(number % 257, number)) << number;
      }
    }
  });
}

TEST_P(TransportSeam, tells_three_peers_apart) {
  run(3, [](Seams& seams) {
    std::vector<End> ends(seams.nodes.begin(), seams.nodes.end());
    for (auto& end : ends) {
      end.await_peers(2);
    }
    for (std::size_t from = 0; from < ends.size(); ++from) {
      for (const auto peer : ends[from].peers) {
        ASSERT_EQ(ends[from].transport().send(peer, frame_of(10, from)), SendOutcome::kQueued);
      }
    }
    for (std::size_t at = 0; at < ends.size(); ++at) {
      ends[at].await_frames(2);
      std::map<runtime::PeerId, std::size_t> sender_of;
      for (const auto& received : ends[at].frames) {
        for (std::size_t from = 0; from < ends.size(); ++from) {
          if (*received.frame == *frame_of(10, from)) {
            sender_of[received.peer] = from;
          }
        }
      }
      ASSERT_EQ(sender_of.size(), 2U);
      EXPECT_NE(sender_of.begin()->second, sender_of.rbegin()->second);
      EXPECT_FALSE(sender_of.begin()->second == at || sender_of.rbegin()->second == at);
    }
  });
}

TEST_P(TransportSeam, refuses_peers_that_never_were) {
  run(2, [](Seams& seams) {
    End end(seams.nodes[0]);
    EXPECT_EQ(end.transport().send({0}, frame_of(1, 1)), SendOutcome::kClosed);
    EXPECT_EQ(end.transport().send({999'999'999}, frame_of(1, 1)), SendOutcome::kClosed);
    end.transport().disconnect({999'999'999});
    end.await_peers(1);
    EXPECT_TRUE(end.lost.empty());
  });
}

TEST_P(TransportSeam, disconnecting_shows_at_both_ends_and_closes_the_peer) {
  run(2, [](Seams& seams) {
    End one(seams.nodes[0]);
    End other(seams.nodes[1]);
    one.await_peers(1);
    other.await_peers(1);
    const runtime::PeerId mine = one.peers[0];
    const runtime::PeerId theirs = other.peers[0];
    one.transport().disconnect(mine);
    EXPECT_EQ(one.transport().send(mine, frame_of(1, 1)), SendOutcome::kClosed);
    one.await_loss_of(mine);
    other.await_loss_of(theirs);
    EXPECT_EQ(other.transport().send(theirs, frame_of(1, 1)), SendOutcome::kClosed);
    EXPECT_TRUE(other.frames.empty());
  });
}

TEST_P(TransportSeam, reconnects_under_another_name) {
  run(2, [](Seams& seams) {
    End one(seams.nodes[0]);
    End other(seams.nodes[1]);
    one.await_peers(1);
    other.await_peers(1);
    const runtime::PeerId before = one.peers[0];
    const runtime::PeerId before_there = other.peers[0];
    one.transport().disconnect(before);
    one.await_loss_of(before);
    one.await_peers(1);
    EXPECT_NE(one.peers[0], before);
    other.await_loss_of(before_there);
    other.await_peers(1);
    EXPECT_NE(other.peers[0], before_there);
    ASSERT_EQ(one.transport().send(one.peers[0], frame_of(9, 9)), SendOutcome::kQueued);
    other.await_frames(1);
    EXPECT_EQ(other.frames[0].peer, other.peers[0]);
  });
}

TEST_P(TransportSeam, receive_gives_up_at_its_deadline) {
  run(2, [](Seams& seams) {
    End end(seams.nodes[0]);
    end.await_peers(1);
    runtime::Clock& clock = seams.nodes[0].clock;
    const base::Instant deadline = clock.now() + 30ms;
    EXPECT_FALSE(end.transport().receive(deadline).has_value());
    EXPECT_GE(clock.now(), deadline);
    const base::Instant before = clock.now();
    EXPECT_FALSE(end.transport().receive(before - 1s).has_value());
    EXPECT_LT(clock.now() - before, 1s);
  });
}

TEST_P(TransportSeam, receive_with_a_past_deadline_takes_what_is_there) {
  run(2, [](Seams& seams) {
    End sender(seams.nodes[0]);
    End receiver(seams.nodes[1]);
    sender.await_peers(1);
    receiver.await_peers(1);
    ASSERT_EQ(sender.transport().send(sender.peers[0], frame_of(5, 5)), SendOutcome::kQueued);
    runtime::Runtime& node = seams.nodes[1];
    const base::Instant give_up = node.clock.now() + kLong;
    std::optional<runtime::TransportEvent> event;
    while (!event && node.clock.now() < give_up) {
      node.scheduler.sleep_until(node.clock.now() + 1ms);
      event = node.transport.receive(base::Instant::min());
    }
    ASSERT_TRUE(event.has_value());
    EXPECT_TRUE(std::holds_alternative<FrameReceived>(*event));
  });
}

TEST_P(TransportSeam, interrupt_ends_the_wait_of_another_thread) {
  run(2, [](Seams& seams) {
    runtime::Runtime& node = seams.nodes[0];
    End end(node);
    end.await_peers(1);
    auto interrupter = node.scheduler.spawn("interrupter", [&] {
      node.scheduler.sleep_until(node.clock.now() + 20ms);
      node.transport.interrupt();
    });
    const base::Instant before = node.clock.now();
    EXPECT_FALSE(node.transport.receive(base::Instant::max()).has_value());
    EXPECT_LT(node.clock.now() - before, kLong);
    interrupter->join();
  });
}

TEST_P(TransportSeam, interrupt_without_a_wait_ends_the_next_one_and_only_that) {
  run(2, [](Seams& seams) {
    runtime::Runtime& node = seams.nodes[0];
    End end(node);
    end.await_peers(1);
    node.transport.interrupt();
    node.transport.interrupt();
    const base::Instant before = node.clock.now();
    EXPECT_FALSE(node.transport.receive(before + kLong).has_value());
    EXPECT_LT(node.clock.now() - before, kLong);
    const base::Instant deadline = node.clock.now() + 30ms;
    EXPECT_FALSE(node.transport.receive(deadline).has_value());
    EXPECT_GE(node.clock.now(), deadline) << "two interrupts before one receive() count once";
  });
}

TEST_P(TransportSeam, interrupt_loses_no_event) {
  run(2, [](Seams& seams) {
    End sender(seams.nodes[0]);
    End receiver(seams.nodes[1]);
    sender.await_peers(1);
    receiver.await_peers(1);
    ASSERT_EQ(sender.transport().send(sender.peers[0], frame_of(5, 5)), SendOutcome::kQueued);
    seams.nodes[1].scheduler.sleep_until(seams.nodes[1].clock.now() + 200ms);
    receiver.transport().interrupt();
    EXPECT_FALSE(receiver.transport().receive(base::Instant::max()).has_value());
    receiver.await_frames(1);
    EXPECT_EQ(*receiver.frames[0].frame, *frame_of(5, 5));
  });
}

LOCKSTEP_IN_BOTH_WORLDS(TransportSeam);

}  // namespace
}  // namespace lockstep::seam
