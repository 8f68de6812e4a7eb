/*
 * One credential, two guarded processes, one shared store that may fail over: is it ever accepted twice?
 *
 * What is written here is what docs/degraded-mode.md says. Time counts in ticks of five seconds: two honest clocks
 * differ by one tick at most. The attacker has the credential from the moment it is made, and sends it to any process
 * at any time, as often as it likes. Every step below is one that the world may take whenever its guard holds; the
 * search tries all orders.
 *
 * What is left out can only make fewer things acceptable. The capabilities of a call are spent with its proof, all or
 * none, so what holds for each alone holds for all. A replica may have got what its master wrote: here it never has. A
 * server that starts again may remember: here it never does. And what is made easier for the attacker: the clock of a
 * process may say anything, at any time, as long as it passes for right with the store that it asks; and a process may
 * connect to whichever server takes itself for the master.
 *
 * Compiled with -D, one rule is taken out, and the search must then find the second acceptance:
 *   NO_EPOCH            no spend looks at the epoch
 *   NO_NONCE_RULE       a process that cannot ask the store spends anything in its own memory
 *   ROAMING_NONCE       an owner's nonce is known to every process, and spent in the memory of each
 *   NO_CLOCK_CHECK      no spend compares the clocks of store and process
 *   NO_FAILOVER_MARGIN  a new epoch leaves no time for an old master that still acknowledges
 *   BLIND_SETTLE        an epoch is settled though the clocks of store and process differ
 *   RUN_ID_ALONE        a server is known again by its run alone, though it was a replica in between
 *   UNSEEN_CLOCK        the clock of the store goes back, and nobody has seen where it stood
 *   NO_LEASE            a master that stood still, or was cut off for long, is asked without looking whether its
 *                       replicas are there
 */

#ifndef FAULTS
#define FAULTS 2         /* things that break in one run */
#endif
#ifndef HORIZON
#define HORIZON 7        /* ticks that one run lasts, from the first fault or the making of the credential */
#endif
#ifndef BREAKS
#define BREAKS 2         /* the server whose clock goes wrong; 2 for neither */
#endif
#define DIFFERENCE 1     /* the most that two honest clocks differ */
#define WINDOW 2         /* ticks for which a process accepts the credential */
#define LAG 2            /* ticks for which a master without replicas acknowledges */
#define ASTRAY 5         /* how far a wrong clock is off */
#define BIAS 6           /* added to every clock, so that none shows less than nothing */
#define NEVER 255
#define NOWHERE 2        /* the servers: 0 and 1 */

mtype = { plain, store_nonce, owner_nonce, capability };

byte now;
byte faults;
byte breaks;             /* the server whose clock may go wrong in this run */
byte wrong = NOWHERE;    /* the server whose clock is wrong */
bool ahead;
bit off[2];              /* what is allowed: one server's clock is a tick ahead of the other's, where none goes wrong */

/* The credential. */
mtype kind;
bool made;
byte made_at;
byte first;              /* when it is good first, on its maker's clock */
byte of_epoch;           /* whose secret is in its nonce */
byte issued;             /* what a spend says of when it was good first */
bit owner;               /* whose nonce it carries */
bool owner_lives;
bool accepted;

/* The servers. */
bool master[2];
byte alone_since[2];     /* without replicas, as an old master is */
bool spent[2];           /* what is written down: the credential, */
bool recorded[2];        /* and the epoch: a record that this very server wrote, and has not lost */
byte id[2];
byte not_before[2];
byte seen[2];            /* the highest time that the clock showed before it went back */
byte epochs = 1;

/* The processes. */
byte to[2];              /* where each is connected to, since it compared the record there; nowhere: it is degraded */
byte epoch[2];           /* the epoch that it found there */
bool memory[2];          /* what its own memory holds: the credential */

#define time             (BIAS + now)
#define store_clock(s)   (time + off[s] + (wrong == (s) -> (ahead -> ASTRAY : -ASTRAY) : 0))
#define until            (first + WINDOW + 2 * DIFFERENCE)

/*
 * There is a time at which a process may have judged the credential to be of now, that the store takes for now as well.
 * Where the store's clock is wrong, those of the processes are right: then it can only be a call that was long on its way.
 */
#ifdef NO_CLOCK_CHECK
#define of_now(s)        made
#else
#define of_now(s)        (made && store_clock(s) - DIFFERENCE <= first + WINDOW && \
                          (kind == capability || first <= store_clock(s) + DIFFERENCE) && \
                          (wrong != (s) || was_of_now(s)))
#endif
#define was_of_now(s)    (store_clock(s) - DIFFERENCE <= time + 1 && made_at <= store_clock(s) + DIFFERENCE && \
                          made_at <= first + WINDOW && (kind == capability || first <= time + 1))

/* The nonce of another epoch is unknown. */
#define knows_nonce(p)   (kind != store_nonce || of_epoch == epoch[p])

/* A master acknowledges while its replicas are there, and for a while longer. */
#define acknowledges(s)  (master[s] && (alone_since[s] == NEVER || now < alone_since[s] + LAG))

#ifdef BLIND_SETTLE
#define may_settle(s)    acknowledges(s)
#else
#define may_settle(s)    (acknowledges(s) && wrong != (s))
#endif

/* A heartbeat comes every second, so the clock of a store does not go back before it was written down where it stood. */
#ifdef UNSEEN_CLOCK
#define be_seen(s)       skip
#else
#define be_seen(s)       seen[s] = (seen[s] > store_clock(s) -> seen[s] : store_clock(s))
#endif

#define goes_on(s)       (recorded[s] && store_clock(s) + DIFFERENCE >= seen[s])
#ifdef NO_EPOCH
#define epoch_stands(p, s) true
#define is_forgotten(s)  false
#else
#define epoch_stands(p, s) (goes_on(s) && id[s] == epoch[p])
#define is_forgotten(s)  (issued < not_before[s])
#endif

#ifdef NO_FAILOVER_MARGIN
#define margin           DIFFERENCE
#else
#define margin           (DIFFERENCE + LAG)
#endif

#define uses_store       (kind != owner_nonce)
#define breaks_down      (uses_store && faults < FAULTS)

inline disconnect(p) { to[p] = NOWHERE; epoch[p] = 0 }
inline disconnect_all(s) {
  if :: to[0] == s -> disconnect(0) :: else fi;
  if :: to[1] == s -> disconnect(1) :: else fi
}

/* A process connects to what it takes for the master, compares the record there, and settles an epoch where it must. */
inline connect(p, s) {
  if
  :: goes_on(s)
  :: else ->
     epochs++; recorded[s] = true; id[s] = epochs; seen[s] = 0; not_before[s] = store_clock(s) + margin;
     printf("at %d process %d settles epoch %d at server %d: not before %d\n", now, p, epochs, s, not_before[s] - BIAS)
  fi;
  to[p] = s; epoch[p] = id[s];
  printf("at %d process %d is connected to server %d in epoch %d\n", now, p, s, epoch[p])
}

inline accept(p) {
  printf("at %d process %d accepts it\n", now, p);
  assert(!accepted);
  accepted = true
}

/* One guarded process, and whatever the attacker sends it. */
proctype Process(bit p) {
  byte s;
end: do
  :: d_step { uses_store && to[p] == NOWHERE && master[0] && (goes_on(0) || may_settle(0)) -> connect(p, 0) }
  :: d_step { uses_store && to[p] == NOWHERE && master[1] && (goes_on(1) || may_settle(1)) -> connect(p, 1) }
  :: d_step { to[p] != NOWHERE -> disconnect(p); printf("at %d process %d is degraded\n", now, p) }
  /* The store spends whatever has no owner's nonce, at once and whole, and the reply comes. */
  :: d_step { to[p] != NOWHERE && uses_store && of_now(to[p]) && knows_nonce(p) && acknowledges(to[p]) &&
       epoch_stands(p, to[p]) && !spent[to[p]] && !is_forgotten(to[p]) ->
       s = to[p]; spent[s] = true; printf("at %d server %d spends it for process %d\n", now, s, p); s = 0; accept(p) }
  /* The same, and the reply is lost; or it is spent late, by a process that refused it for want of the store. */
  :: d_step { to[p] != NOWHERE && uses_store && of_now(to[p]) && knows_nonce(p) && acknowledges(to[p]) &&
       epoch_stands(p, to[p]) && !spent[to[p]] && !is_forgotten(to[p]) ->
       s = to[p]; spent[s] = true; printf("at %d server %d spends it, and nobody learns of it\n", now, s); s = 0 }
  /* What has its own nonce it spends itself, whatever the store does, and never forgets while the nonce is known. */
#ifdef ROAMING_NONCE
  :: d_step { made && owner_lives && !memory[p] -> memory[p] = true; accept(p) }
#else
  :: d_step { made && owner_lives && owner == p && !memory[p] -> memory[p] = true; accept(p) }
#endif
#ifdef NO_NONCE_RULE
  :: d_step { made && uses_store && to[p] == NOWHERE && !memory[p] -> memory[p] = true; accept(p) }
#endif
  /* It crashes: its memory and its secret are gone together. For the store it is a lost connection. */
  :: d_step { made && owner_lives && owner == p && faults < FAULTS -> faults++; memory[p] = false; owner_lives = false;
       printf("at %d process %d crashes\n", now, p) }
  od
}

/* One server of the store. */
proctype Server(bit s) {
end: do
  /* It forgets what has run out, by its own clock. */
  :: d_step { spent[s] && master[s] && store_clock(s) > until -> spent[s] = false;
       printf("at %d server %d forgets it\n", now, s) }
  /* The old master of two becomes the replica of the other. */
  :: d_step { master[s] && master[1 - s] && alone_since[s] != NEVER -> master[s] = false; alone_since[s] = NEVER;
       disconnect_all(s); printf("at %d server %d is a replica\n", now, s) }
  /* Faults. The replica is made master, and has got nothing of what was spent; the old master does not know. */
  :: d_step { breaks_down && master[1 - s] && !master[s] -> faults++; master[s] = true; alone_since[1 - s] = now;
#ifndef RUN_ID_ALONE
       spent[s] = false; recorded[s] = false;
#endif
       printf("at %d server %d is made master\n", now, s) }
  /* It is emptied, or starts again from an older copy. */
  :: d_step { breaks_down && master[s] && recorded[s] -> faults++; spent[s] = false; recorded[s] = false;
       printf("at %d server %d loses its memory\n", now, s) }
  :: d_step { breaks_down && breaks == s && wrong == NOWHERE -> faults++; wrong = s; ahead = true;
       printf("at %d the clock of server %d runs ahead\n", now, s) }
  :: d_step { breaks_down && breaks == s && wrong == NOWHERE -> faults++; be_seen(s); wrong = s;
       printf("at %d the clock of server %d falls behind\n", now, s) }
  :: d_step { wrong == s -> if :: ahead -> be_seen(s) :: else fi; wrong = NOWHERE; ahead = false;
       printf("at %d the clock of server %d is put right\n", now, s) }
#ifdef NO_LEASE
  :: d_step { breaks_down && alone_since[s] != NEVER && now >= alone_since[s] + LAG -> faults++; alone_since[s] = now;
       printf("at %d server %d goes on after it stood still\n", now, s) }
#endif
  od
}

/* Time, and the client that makes the credential. */
proctype World() {
end: do
  /* Not before anything happened, and no longer than the credential may be taken for one of now. */
  :: d_step { now < HORIZON && uses_store && (made -> time <= until + (breaks == NOWHERE -> 0 : ASTRAY) : faults > 0) -> now++ }
  /* The clock of a client may say anything. */
  :: atomic { !made && kind == plain -> made = true; made_at = (breaks == NOWHERE -> 0 : time);
       if :: first = time - 1 :: first = time :: first = time + 1 :: first = time + 2 fi;
       issued = first - DIFFERENCE; printf("at %d a proof without a nonce is made, good from %d\n", now, first - BIAS) }
  /* That of an issuer is right. */
  :: atomic { !made && kind == capability -> made = true; made_at = (breaks == NOWHERE -> 0 : time);
       if :: first = time :: first = time + 1 fi;
       issued = first - DIFFERENCE; printf("at %d a capability is made, good from %d\n", now, first - BIAS) }
  /* A nonce of the store's was not there before its epoch. */
  :: atomic { !made && kind == store_nonce && to[0] != NOWHERE && id[to[0]] == epoch[0] -> made = true; made_at = (breaks == NOWHERE -> 0 : time);
       of_epoch = epoch[0];
       if :: first = time :: first = time + 1 fi;
       issued = (first - DIFFERENCE > not_before[to[0]] -> first - DIFFERENCE : not_before[to[0]]);
       printf("at %d a proof with a nonce of epoch %d is made, good from %d\n", now, of_epoch, first - BIAS) }
  :: d_step { !made && kind == owner_nonce -> made = true; owner_lives = true;
       printf("at %d a proof with a nonce of process %d is made\n", now, owner) }
  od
}

init {
  atomic {
    if :: kind = plain :: kind = capability :: kind = store_nonce :: kind = owner_nonce :: kind = owner_nonce; owner = 1 fi;
    breaks = BREAKS;
    if :: skip :: breaks == NOWHERE -> off[0] = 1 :: breaks == NOWHERE -> off[1] = 1 fi;
    master[0] = true; alone_since[0] = NEVER; alone_since[1] = NEVER; recorded[0] = true; id[0] = 1;
    to[0] = NOWHERE; to[1] = NOWHERE;
    run Process(0); run Process(1); run Server(0); run Server(1); run World()
  }
}
