import type { Told } from "./parts";

/** A way to an image of the data set in the network, if the page has it. */
export function OpenExample({
  exhibit,
  live,
  index,
}: Omit<Told, "learned"> & { index: number }) {
  const { indices } = exhibit.examples;
  const place = indices.length ? indices.indexOf(index) : index;
  if (place < 0) return <small>image {index}</small>;
  return (
    <a
      href={`#view=network&image=${place}`}
      title="Show it in the network"
      onClick={() => {
        live.own.value = null;
      }}
    >
      image {index}
    </a>
  );
}
