// The shadow of memory: who touched which bytes last, and whether that comes before what happens next.
#include <algorithm>
#include <bit>
#include <utility>

#include "sim/race/race_detector.h"

namespace lockstep::race {

RaceDetector::Page* RaceDetector::find_page(std::uint64_t number) {
  if (number == cached_number_) {
    return cached_page_;
  }
  const std::uint32_t index = page_numbers_.find(number);
  if (index == FlatMap::kMissing) {
    return nullptr;
  }
  cached_number_ = number;
  cached_page_ = pages_[index].get();
  return cached_page_;
}

RaceDetector::Page& RaceDetector::page_of(std::uint64_t number) {
  if (Page* page = find_page(number)) {
    return *page;
  }
  page_numbers_.insert(number, static_cast<std::uint32_t>(pages_.size()));
  pages_.push_back(std::make_unique<Page>());
  cached_number_ = number;
  cached_page_ = pages_.back().get();
  return *cached_page_;
}

void RaceDetector::access_slowly(ThreadIndex thread, std::uint64_t address, std::uint32_t size, Site site,
                                 bool write) {
  Thread& me = thread_at(thread);
  each_granule(address, size, [&](Page& page, std::size_t index, unsigned mask, std::uint64_t granule) {
    if (page.any_atomic && (page.atomics[index / 64] >> (index % 64) & 1) != 0) {
      check_atomics(me, granule, mask, site, write);
    }
    access_granule(me, page, index, mask, granule, site, write, false);
  });
}

/// An atomic access meets the plain ones before it; it leaves no trace among them.
void RaceDetector::check_plain(Thread& me, std::uint64_t address, std::uint32_t size, Site site, bool write) {
  each_granule(address, size, [&](Page& page, std::size_t index, unsigned mask, std::uint64_t granule) {
    const Cell& cell = page.cells[index];
    if (cell.write != 0 || cell.read != 0) {
      access_granule(me, page, index, mask, granule, site, write, true);
    }
  });
}

void RaceDetector::split(Cell& cell) {
  std::uint32_t index = 0;
  if (free_splits_.empty()) {
    index = static_cast<std::uint32_t>(splits_.size());
    splits_.emplace_back();
  } else {
    index = free_splits_.back();
    free_splits_.pop_back();
  }
  splits_[index].fill(cell);
  cell = Cell{};
  cell.write = kSplit;
  cell.read = index;
}

void RaceDetector::access_granule(Thread& me, Page& page, std::size_t index, unsigned mask,
                                  std::uint64_t address, Site site, bool write, bool atomic) {
  Cell& cell = page.cells[index];
  if (mask == 0xf && cell.write != kSplit) {
    access_cell(me, cell, address, site, write, atomic);
    return;
  }
  if (cell.write != kSplit) {
    split(cell);
  }
  std::array<Cell, 4>& bytes = splits_[static_cast<std::size_t>(cell.read)];
  for (unsigned byte = 0; byte < 4; ++byte) {
    if ((mask >> byte & 1) != 0) {
      access_cell(me, bytes[byte], address + byte, site, write, atomic);
    }
  }
}

RaceAccess RaceDetector::side(std::uint64_t epoch, Site site, bool write, bool atomic) {
  RaceAccess access;
  access.thread = static_cast<ThreadIndex>(epoch >> 32);
  access.write = write;
  access.atomic = atomic;
  access.site = site;
  return access;
}

RaceAccess RaceDetector::now_by(const Thread& me, Site site, bool write, bool atomic) const {
  RaceAccess access = side(me.epoch, site, write, atomic);
  access.locks = me.held;
  return access;
}

void RaceDetector::access_cell(Thread& me, Cell& cell, std::uint64_t address, Site site, bool write,
                               bool atomic) {
  if (cell.write == me.epoch || (!write && cell.read == me.epoch)) {
    return;
  }
  if (!ordered(me, cell.write)) {
    RaceAccess earlier = side(cell.write, cell.write_site, true, false);
    earlier.locks = lockset(cell.write_locks);
    note_race(address, std::move(earlier), now_by(me, site, write, atomic));
  }
  if (!write) {
    if (!atomic) {
      read_cell(me, cell, site);
    }
    return;
  }
  if ((cell.read & kSharedReads) != 0) {
    check_shared_reads(me, cell, address, now_by(me, site, write, atomic));
  } else if (!ordered(me, cell.read)) {
    RaceAccess earlier = side(cell.read, cell.read_site, false, false);
    earlier.locks = lockset(cell.read_locks);
    note_race(address, std::move(earlier), now_by(me, site, write, atomic));
  }
  if (!atomic) {
    cell = Cell{me.epoch, 0, site, 0, me.lockset, 0};
  }
}

/// Notes a read: alone if the last one comes before it, else beside the others that are in no order.
void RaceDetector::read_cell(Thread& me, Cell& cell, Site site) {
  const std::uint64_t list_of_run = kSharedReads | (std::uint64_t{run_ & 0x7fffffff} << 32);
  const bool shared = (cell.read & kSharedReads) != 0;
  const bool stale = shared && cell.read >> 32 != list_of_run >> 32;
  if (stale || (!shared && ordered(me, cell.read))) {
    cell.read = me.epoch;
    cell.read_site = site;
    cell.read_locks = me.lockset;
    return;
  }
  if (!shared) {
    if (shared_reads_used_ == shared_reads_.size()) {
      shared_reads_.emplace_back();
    }
    shared_reads_[shared_reads_used_] = {{cell.read, cell.read_site, cell.read_locks}};
    cell.read = list_of_run | shared_reads_used_++;
  }
  std::vector<SharedRead>& readers = shared_reads_[static_cast<std::uint32_t>(cell.read)];
  for (SharedRead& reader : readers) {
    if (reader.epoch >> 32 == me.epoch >> 32) {
      reader = {me.epoch, site, me.lockset};
      return;
    }
  }
  readers.push_back({me.epoch, site, me.lockset});
}

void RaceDetector::check_shared_reads(Thread& me, const Cell& cell, std::uint64_t address,
                                      const RaceAccess& later) {
  if ((cell.read >> 32 & 0x7fffffff) != (run_ & 0x7fffffff)) {
    return;
  }
  for (const SharedRead& reader : shared_reads_[static_cast<std::uint32_t>(cell.read)]) {
    if (!ordered(me, reader.epoch)) {
      RaceAccess earlier = side(reader.epoch, reader.site, false, false);
      earlier.locks = lockset(reader.locks);
      note_race(address, std::move(earlier), later);
    }
  }
}

/// A plain access meets the atomic ones before it.
void RaceDetector::check_atomics(Thread& me, std::uint64_t granule, unsigned mask, Site site, bool write) {
  for (unsigned back = 0; back < 16; ++back) {
    const std::uint64_t address = granule + 3 - back;
    const std::uint32_t number = atomic_numbers_.find(address);
    if (number == FlatMap::kMissing) {
      continue;
    }
    const AtomicVariable& variable = atomics_[number];
    const bool touched = address + variable.size > granule + static_cast<unsigned>(std::countr_zero(mask)) &&
                         address < granule + static_cast<unsigned>(std::bit_width(mask));
    if (variable.run != run_ || !touched) {
      continue;
    }
    const auto check = [&](const VectorClock& clock, const std::vector<Site>& sites, bool wrote) {
      for (ThreadIndex other = 0; other < clock.size(); ++other) {
        const Clock at = clock.at(other);
        if (at > me.known.of(other)) {
          note_race(address, side(std::uint64_t{other} << 32 | at, sites[other], wrote, true),
                    now_by(me, site, write, false));
        }
      }
    };
    check(variable.writers, variable.write_sites, true);
    if (write) {
      check(variable.readers, variable.read_sites, false);
    }
  }
}

void RaceDetector::note_race(std::uint64_t address, RaceAccess earlier, RaceAccess later) {
  const auto same = [&](const Race& race) {
    return race.earlier.site == earlier.site && race.later.site == later.site &&
           race.earlier.write == earlier.write && race.later.write == later.write &&
           (earlier.site != 0 || later.site != 0 || race.address == address);
  };
  if (races_.size() < kMostRaces && std::none_of(races_.begin(), races_.end(), same)) {
    races_.push_back({address, std::move(earlier), std::move(later)});
    if (listener_) {
      listener_();
    }
  }
}

void RaceDetector::forget_granule(Page& page, std::size_t index, unsigned mask) {
  Cell& cell = page.cells[index];
  if (cell.write == kSplit && mask != 0xf) {
    for (unsigned byte = 0; byte < 4; ++byte) {
      if ((mask >> byte & 1) != 0) {
        splits_[static_cast<std::size_t>(cell.read)][byte] = Cell{};
      }
    }
    return;
  }
  if (mask != 0xf && (cell.write != 0 || cell.read != 0)) {
    split(cell);
    forget_granule(page, index, mask);
    return;
  }
  if (cell.write == kSplit) {
    free_splits_.push_back(static_cast<std::uint32_t>(cell.read));
  }
  cell = Cell{};
}

void RaceDetector::on_alloc(std::uint64_t address, std::uint64_t size) {
  const std::uint64_t end = address + size;
  while (address < end) {
    const std::uint64_t page_end = (address / kPageBytes + 1) * kPageBytes;
    const std::uint64_t here = std::min(end, page_end) - address;
    Page* page = find_page(address / kPageBytes);
    if (page != nullptr && page->any_atomic) {
      for (std::uint64_t at = address; at < address + here; ++at) {
        const std::size_t index = at % kPageBytes / 4;
        if ((page->atomics[index / 64] >> (index % 64) & 1) == 0) {
          continue;
        }
        const std::uint32_t number = atomic_numbers_.find(at);
        if (number != FlatMap::kMissing) {
          atomics_[number].run = 0;
        }
      }
    }
    if (page != nullptr) {
      each_granule(address, here, [this](Page& found, std::size_t index, unsigned mask, std::uint64_t) {
        forget_granule(found, index, mask);
      });
    }
    address += here;
  }
}

void RaceDetector::on_free(ThreadIndex thread, std::uint64_t address, std::uint64_t size, Site site) {
  const std::uint64_t end = address + size;
  for (std::uint64_t at = address; at < end;) {
    const std::uint64_t here = std::min(end, (at / kPageBytes + 1) * kPageBytes) - at;
    if (find_page(at / kPageBytes) != nullptr) {
      access_slowly(thread, at, static_cast<std::uint32_t>(here), site, true);
    }
    at += here;
  }
  on_alloc(address, size);
}

}  // namespace lockstep::race
