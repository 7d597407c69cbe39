// What C programs do with threads: <threads.h>, cleanups, named semaphores, attributes, strings.
#define _GNU_SOURCE
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>

static mtx_t guard;
static int sum;
static char last[32];
static pthread_mutex_t cleaned_guard = PTHREAD_MUTEX_INITIALIZER;
static int cleaned;

static int add(void* argument) {
  mtx_lock(&guard);
  ++sum;
  snprintf(last, sizeof last, "added by %s", (const char*)argument);
  mtx_unlock(&guard);
  return 3;
}

static void unlock(void* mutex) {
  ++cleaned;
  pthread_mutex_unlock(mutex);
}

static void* leave_in_the_middle(void* argument) {
  pthread_mutex_lock(&cleaned_guard);
  pthread_cleanup_push(unlock, &cleaned_guard);
  pthread_exit(argument);
  pthread_cleanup_pop(1);
  return NULL;
}

static void* look_at_itself(void* semaphore) {
  pthread_attr_t attributes;
  void* base = NULL;
  size_t size = 0;
  assert(pthread_getattr_np(pthread_self(), &attributes) == 0);
  pthread_attr_getstack(&attributes, &base, &size);
  assert((char*)base < (char*)&size && (char*)&size < (char*)base + size);
  pthread_attr_destroy(&attributes);
  sem_post(semaphore);
  return NULL;
}

int main(void) {
  thrd_t adders[2];
  mtx_init(&guard, mtx_plain);
  thrd_create(&adders[0], add, "one");
  thrd_create(&adders[1], add, "two");
  int result = 0;
  thrd_join(adders[0], &result);
  thrd_join(adders[1], NULL);
  assert(result == 3 && sum == 2 && strncmp(last, "added by ", 9) == 0);
  mtx_destroy(&guard);

  pthread_t threads[3];
  sem_t* looked = sem_open("/looked", O_CREAT | O_EXCL, 0600, 0);
  assert(looked != SEM_FAILED);
  pthread_create(&threads[0], NULL, leave_in_the_middle, NULL);
  pthread_create(&threads[1], NULL, leave_in_the_middle, NULL);
  pthread_create(&threads[2], NULL, look_at_itself, looked);
  sem_wait(looked);
  for (int i = 0; i < 3; ++i) {
    pthread_join(threads[i], NULL);
  }
  assert(cleaned == 2);
  sem_close(looked);
  sem_unlink("/looked");
  return 0;
}
