/** The words of the grammar itself, by what they do in a sentence. Data; no name of a secret is among them. */

export type Meaning =
  /** Verbs of change: for certain, and those that only mean it where nothing else is said. */
  | 'on'
  | 'want'
  | 'off'
  /** "turn", which needs a particle; the particles; what something is made to be. */
  | 'turn'
  | 'plus'
  | 'minus'
  | 'made-on'
  | 'made-off'
  | 'keep'
  | 'not'
  | 'longer'
  | 'except'
  | 'only'
  | 'and'
  | 'or'
  | 'all'
  | 'rest'
  | 'sure'
  /** What a word of the vault is said to be. */
  | 'tagged'
  | 'account'
  | 'environment'
  | 'noun'
  | 'key'
  | 'it'
  | 'session'
  | 'here'
  | 'preposition'
  | 'filler'
  | 'across'
  /** Begins the reason why. */
  | 'because'
  | 'to'
  | 'aim'
  | 'purpose'
  /** What makes a change depend on something, or happen later. */
  | 'when'
  /** What is done in other ways. */
  | 'other'
  /** Questions. */
  | 'ask'
  | 'tell'
  | 'show'
  | 'value'
  | 'version'
  | 'fail'
  | 'isnt'
  | 'list'
  | 'doctor'
  | 'stop';

/** Phrases by meaning, with | between them. A longer phrase counts before a shorter one. */
export const VOCABULARY: Readonly<Record<Exclude<Meaning, 'stop'>, string>> = {
  on: `make it possible for me to use|make it possible for us to use|make it possible to use|make possible for me to use|make possible for us to use|make possible to use|make it so that i can use|make it so that we can use|make it so i can use|make it so we can use|enable me to use|enable us to use
    |activate|activating|reactivate|re-activate|enable|enabling|re-enable|reenable|grant|granting|inject|load|provide|expose|allow|include|attach|add
    |connect|permit|make available|start using|begin using|start to use|switch to|bring in|plug in|give access to|give me access to|grant access to
    |grant me access to|get me access to|let me use|let us use|let me have|let us have|allow me to use|allow access to|use again|opt in to|turn back on
    |put back on|switch back on|unblock|swap in|put in place`,
  want: `needed|required|is needed|are needed|is required|are required|can the sandbox get|can the sandbox have|could the sandbox get|could the sandbox have|can this sandbox get|can this sandbox have|could this sandbox get|could this sandbox have
    |can the session get|can the session have|could the session get|could the session have|can this session get|can this session have|could this session get|could this session have|can the agent get|can the agent have|could the agent get|could the agent have
    |going to need|gonna need|will need|i'll need|we'll need|set up|hook me up with|hook up|set me up with|set us up with|make sure that|make sure to|make sure|be sure to|ensure|ensure that|see to it that|use|using|need|needs|want|wants|give|give me|give us|get|get me|have|let|like|require|hand me|pass me|lend me|wish|provide me with|set up with
    |access|access to|need access to|want access to|can i have|could i have|may i have|can i get|could i get|can we have|could we have|may we have
    |can we get|could we get|may i get|might i have|may i please have|could i please have|can i please have|can i please get|could i please get
    |can you get me|let's use|make|put|set|work with|to be|be|should be|must be|shall be|has to be|have to be|ought to be|needs to be|need to be`,
  off: `clear|log out of|log out from|log me out of|log me out from|log us out of|sign out of|sign out from|sign me out of|sign me out from|un-activate|un-enable|isn't needed|isn't needed anymore|isn't needed any more|is not needed|is not needed anymore|is not needed any more|is no longer needed|are no longer needed|aren't needed anymore|are not needed anymore|isn't required anymore|we are finished with|we are done with|i am done with|i am finished with|i have finished with|i've finished with|we've finished with|we have finished with|i've finished using|no longer needs|no longer requires|can be turned off|can go|has to go|deactivate|deactivating|de-activate|deactive|inactivate|unactivate|disactivate|disable|disabling|revoke|revoking|remove|removing|drop|unload|withdraw|detach|disconnect|unset
    |stop|take away|take out|take back|take off|get rid of|stop using|quit using|stop sharing|stop exposing|stop giving|stop injecting|stop providing|stop having|cut off|clear out
    |shut off|shut down|kill|strip out|strip away|throw out|kick out|no longer need|no longer want|no longer use|no longer require|am done with|i'm done with|im done with|we're done with|are done with|done with|done using
    |finished with|finished using|am finished with|i'm finished with|we're finished with|through with|no more|retract|pull out|pull back|turn back off
    |put away|lose|ditch|dump|swap out|block access to|remove access to|revoke access to|take away access to|cut access to|drop access to|deny access to|disallow`,
  turn: 'take|turn|switch|flip|toggle|shut|turning|switching',
  plus: 'on|back on',
  minus: 'off|back off|away|out',
  'made-on': 'activated|enabled|turned on|switched on|active|available|accessible|usable|loaded|injected|ready',
  'made-off':
    'deactivated|disabled|turned off|switched off|inactive|unavailable|removed|revoked|gone|dropped|no longer needed|no longer required|not needed any more|not needed anymore',
  keep: 'and nothing else|nothing else|and nothing more|nothing more|keep|leave|keeping|leaving|retain|preserve|touch|touching|spare|hold on to|hang on to',
  not: `not|never|never ever|don't|dont|do not|does not|doesn't need|must not|mustn't|should not|shouldn't|shall not|won't be|no need to|needn't|need not|rather not|no|nor|neither|nothing|none|stop activating|stop enabling
    |under no circumstances|by no means|refrain from|avoid|hold off on|hold off|it's not necessary to|do not ever|don't ever|don't you dare`,
  longer: 'any more|anymore|any longer|no longer',
  except:
    'except|except for|but not|but|without|excluding|minus|other than|apart from|aside from|besides|save for|leaving out|leave out|skip|skipping|omit|omitting|ignoring|with the exception of|and not|just not|only not|exclude|but for|bar|except not|but leave out|but skip|but exclude|everywhere but',
  only: 'but only|only|solely|exclusively|nothing but|nothing except|exactly|no more than',
  and: 'and|also|plus|as well as|together with|along with|and also|then|and then|&|+|too|as well|and the|in addition to',
  or: 'or|and/or|either|instead of|rather than|versus|vs|in place of',
  all: "all|everything|anything|every|every one|everyone of|each|all of|any|the lot|the whole lot|every single|all the|each and every|the full set of|every last|all things|everything that is|everything that's|all that is|all that's|everything which is|everything else that is",
  rest: 'the rest|rest|everything else|all else|anything else|all others|all other|all the others|all the other|every other|the others|others|the other ones|the remaining|remaining|all the rest',
  sure: "really|absolutely|literally|truly|definitely|i'm sure|i am sure|for sure|no exceptions|without exception|i mean it|yes",
  tagged:
    'tagged|tag|tags|labelled|labeled|label|with tag|with the tag|with a tag of|tagged as|tagged with|marked|marked as|tagged by',
  account: 'account|accounts|profile',
  environment: 'environment|environments|env|stage',
  noun: 'secret|secrets|credential|credentials|cred|creds|variable|variables|vars|var|env var|env vars|environment variable|environment variables|one|ones|stuff|things|thing|logins|login|details|values|entries|items|service|services|provider|providers|integration|config|configuration|settings|group|secret values|auth|authentication|entry|connection|connections|api access|api credentials|access credentials|connection details|connection string|bundle|set|api keys|access keys|keys|tokens|passwords|api tokens|access tokens|secret keys|server|vendor|related|dbs access',
  key: 'key|token|password|api key|access token|pat|passphrase|pass|api token|api|personal access token|oauth token',
  it: 'it|them|that|this|those|these|both|these two|those two|they',
  session:
    'agent|the agent|session|current session|work session|active session|sandbox|sandboxes|container|box|workspace|shell|terminal|everywhere here',
  here: "rn|here|in here|now|right now|right away|immediately|at once|asap|straight away|at this point|for now|from now on|from here on|today's session|please|pls|plz|again|once more|this time|as soon as possible|as of now|for the time being|quickly|at the moment|currently|for the moment",
  across:
    'across environments|across all environments|acrossenvironments|regardless of environment|whatever the environment',
  preposition:
    'belonging to|belongs to|belong to|that belongs to|that belong to|for|of|in|to|from|with|at|by|into|inside|within|onto|under|via|through|about|on',
  because:
    'because|since|so that|so|as i|as we|cause|in order to|in order that|such that|so as to|for i|seeing that|given that|due to',
  to: 'to',
  aim: `deploy|push|pull|run|build|clone|commit|release|publish|migrate|send|query|connect|read|write|call|talk|ship|debug|fix|upload|download|fetch|sync|install|merge|charge
    |finish|start|test|seed|dump|train|open|create|generate|process|check|try|do|work|continue|proceed|make|see|set up|get|back up|complete|help|perform|execute|apply|provision|access|interact|pull down`,
  purpose:
    'publish step|the publish step|deploy step|the deploy step|build step|the build step|deployment|the deployment|deploy|deploying|the deploy|release|the release|migration|the migration|a migration|migrating|build|the build|demo|the demo|debugging|task|the task|this task|job|the job|this job|project|this project|the project|repo|the repo|pull request|the pull request|next step|the next step|deployments|this change|this work|the upload|a deployment|a release',
  when: `if|unless|whether|when|whenever|once|after|before|later|tomorrow|tonight|yesterday|soon|until|till|while|as long as|afterwards|next week|next time|today|every time|temporarily|briefly|for a while|a while|forever|permanently|always|for good|maybe|perhaps|possibly|probably|might|would|next|every day|daily|first|second|last|eventually|sometime|not yet|yet|in the morning|at night|every morning|was|were|been|already|had|otherwise|else|a few|few|some|several|most|half|many|instead|actually|wait|no wait|i mean|sorry|hold on|hmm|never mind|nevermind|cancel|cancel that|forget it|forget that|scratch that|undo`,
  other:
    'sessions|all sessions|every session|all my sessions|all our sessions|other sessions|delete|erase|destroy|wipe|purge|rotate|renew|refresh|register|store|save|change|edit|rename|copy|move|share|import|export|approve|deny|end|close|seal|unseal|backup|restore|reset|exec|restart|a new|new|update|replace|upload a|roll back|rollback|request|requests|log in|log out|sign in|commit|leak|leaked|scan',
  ask: `what|what's|whats|which|who|who's|whom|whose|where|where's|when did|when was|when does|when will|when is|why|why's|how|how's|how do i|how long|is|are|am|was|is there|are there|do i|do we|do you|does|did|has|have i|have we|have you|does this|do the|do my|should i|should we|shall i
    |shall we|can i|can we|could i|could we|may i|may we|am i|are we|is it|is the|are the|is my|are my|do they|i wonder|any idea|do these|what about|how about|why don't you|why not|why don't we|will i|would i|is any|are any|got any|have you got|have i got`,
  tell: "tell me|show me|let me know|i want to know|i'd like to know|i would like to know|can you tell me|could you tell me|can you show me|could you show me|do you know|i need to know|say|tell us|show us|i want to see|i'd like to see|i need to see|let me see|find out|give me a list of|can i see|could i see|may i see|see",
  show: 'read|decrypt|open up the value of|show|print|reveal|display|echo|view|cat|read out|look up|read me|dump out|output|spell out|uncover|unmask|expose the value of|tell me the value of|show me the value of|what does it say',
  value:
    'value|the value|actual value|plaintext|plain text|contents|content|clear text|cleartext|in clear|raw value|decrypted|in plain text|the contents|exact value|real value|set to|what it is',
  version:
    'tell me about|info on|information about|details of|details about|describe|what set|version|versions|which version|what version|which account|what account|come from|comes from|coming from|came from|source|origin|who activated|who enabled|who turned on|activated by|enabled by|confirmed|expire|expires|expiring|run out|runs out|how old|how long|since when|until when|till when|explain|explanation|history|provenance|when was|when did|when does|when will|who approved|who added|who gave|where from|where is it from|shadowing|shadowed',
  fail: `accessdenied|permissiondenied|something's off|something is off|acting up|flaky|fail|fails|failed|failing|failure|error|errors|permission denied|access denied|denied|unauthorized|unauthorised|forbidden|401|403|broken|break|breaks|wrong|what's wrong|whats wrong|missing|expired|invalid|can't|cant|cannot|can not|couldn't|unable|unable to|not working|doesn't work|does not work|do not work|don't work|isn't working|is not working|aren't working|not found|not set|isn't set|undefined|empty
    |rejected|refused|refuses|refuse|problem|problems|trouble|issue|issues|stopped working|won't work|won't connect|won't start|not connect|doesn't connect|does not connect|can't connect|timed out|timeout|not recognized|not recognised|bad credentials|authentication failed|login failed|accidentally|by accident|committed|not available|unset in|complains|complaining|complain|crash|crashes|crashed|stale|not picked up|not seeing|doesn't see|not there|hangs|outdated|old value|insufficient|not authorized|not allowed|no permission|lacks|denies|bug|not valid|not accepted|doesn't accept|never works|didn't work|did not work|no luck with|out of date|incorrect|logged out`,
  isnt: "isn't|aren't|isnt|arent|doesn't|doesnt|hasn't|haven't|won't|wouldn't|wasn't|weren't|didn't|don't i|don't we|ain't",
  list: 'list|status|overview|ls|summary|summarise|summarize|enumerate|list all|list out|show all|toggle table|inventory',
  doctor:
    'check|test|doctor|diagnose|diagnosis|debug|troubleshoot|fix|investigate|verify|validate|health check|test whether|look into|repair|inspect',
  filler: `as it is|as is|as they are|the way it is|the way they are|whatever you do|the|a|an|my|our|your|me|us|i|we|you|i'd|i'll|we'd|we'll|would like|would like to|would love|i'd love|i'd like|i'd like you to|i would like|i would like you to|i want you to|i need you to|want you to|need you to|want to|need to|let's|lets|could you|can you|would you|will you|could you please|can you please|would you please|will you please|would you mind|do you mind|would you kindly|could you kindly|can u|could u|u|kindly
    |hey|hi|hello|hey there|hi there|good morning|good afternoon|good evening|dear|ok|okay|alright|right|well|yo|ampoule|bot|thanks|thank you|thx|cheers|ty|many thanks|thanks a lot|thank you very much|thanks in advance|much appreciated|be so kind as to|be so kind and|if you could|if you can|if possible|if you don't mind|if you would|if you please|when you can|when you get a chance|when you have a moment|when you have a minute|whenever you can
    |go ahead and|go ahead|feel free to|i was wondering if you could|was wondering if you could|i wonder if you could|it would be great if you could|it would be nice if you could|it'd be great if you could|i'd appreciate it if you could|any chance you could|don't forget to|do not forget to|remember to|just|simply|own|is possible|time to|it's time to|proceed to|try to|do|that are|which are|that is|which is|that's|currently active|help me|up|i'm|we're|i am|and please|please also|registered|existing|access for|only just|existing ones|there|s|ttl|with a ttl of|ttl of|a ttl of|for a duration of|for the next|for about|for like|for around|for roughly|for approximately|for up to|the next|a total of|duration|for max|for at most|at most|max|kind|kind of|for the whole|the whole|whole|for the rest of|for the duration of|throughout|throughout the|during|during the|entire|back|it is|please can you|please could you|got|we've|i've|so please|then please|that we have|we have|i have|that i have|you have`,
};
