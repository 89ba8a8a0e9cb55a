# Turns lines of samples into rows of the table. The only place where a figure is judged.
#
# A line: case, unit, what is asked, our samples, the peer's samples; tabs between them, spaces between samples.
# A case without samples of ours is one that the library does not support yet; only the figures of the peer are printed.
# Samples with the same number were taken one right after the other. What is asked is one of
#     -                  nothing
#     ratio <= 0.60      our median against the peer's
#     ratio <= 1.00 ~    the same beyond noise: it also holds if a quarter of the rounds were that good
#     speed >= 1.30      the peer's median against ours
#     ours <= 1500       our median without the peer
#
# With -v rows=FILE each row is also appended to FILE, for benches/chart.awk: case, ours, peer, ratio, smallest and largest ratio of a round.

BEGIN {
    FS = "\t"
    form = "%-38s %12s %12s %6s %11s  %-16s %s\n"
    if (heading) printf form, "case", "ours", "peer", "ratio", "min-max", "asked", "reached"
}

NF != 5 { print "not a line of samples: " $0; next }

$4 == "" {
    printf form, $1, "-", shown(median($5), $2), "-", "-", $3, "not supported yet"
    fflush()
    next
}

{
    ours = median($4)
    peer = median($5)
    split_ratios($4, $5)
    printf form, $1, shown(ours, $2), shown(peer, $2), sprintf("%.2f", ours / peer), \
        sprintf("%.2f-%.2f", ratios[1], ratios[rounds]), $3, verdict($3)
    fflush()
    if (rows) {
        printf "%s\t%s\t%s\t%.2f\t%.2f\t%.2f\n", $1, shown(ours, $2), shown(peer, $2), ours / peer, ratios[1], ratios[rounds] >>rows
    }
}

function verdict(asked,    word) {
    if (asked == "-") return "-"
    split(asked, word, " ")
    if (word[1] == "speed") return peer / ours >= word[3] ? "yes" : "NO"
    if (word[1] == "ours") return ours <= word[3] ? "yes" : "NO"
    if (ours / peer <= word[3]) return "yes"
    if (word[4] == "~" && ratios[int((rounds + 3) / 4)] <= word[3]) return "yes, within noise"
    return "NO"
}

function shown(value, unit) {
    if (unit == "us" && value >= 1000) return sprintf("%.2f ms", value / 1000)
    if (unit == "instructions") return sprintf("%d instr", value)
    return sprintf(value < 10 ? "%.2f %s" : "%.1f %s", value, unit)
}

function median(samples,    values, count) {
    count = split(samples, values, " ")
    sort(values, count)
    return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}

# ratios[1 .. rounds]: ours against the peer's in each round, smallest first
function split_ratios(our_samples, peer_samples,    ours_in, peer_in, round) {
    rounds = split(our_samples, ours_in, " ")
    if (split(peer_samples, peer_in, " ") < rounds) rounds = split(peer_samples, peer_in, " ")
    for (round = 1; round <= rounds; round++) ratios[round] = ours_in[round] / peer_in[round]
    sort(ratios, rounds)
}

function sort(values, count,    at, into, value) {
    for (at = 2; at <= count; at++) {
        value = values[at]
        for (into = at; into > 1 && values[into - 1] > value; into--) values[into] = values[into - 1]
        values[into] = value
    }
}
