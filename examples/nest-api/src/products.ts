import { Injectable, NotFoundException } from "@nestjs/common";
import { z } from "zod";

/** The fields of a product that a client sends. */
export const productInput = z.strictObject({
  name: z.string().trim().min(1).max(200),
  /** In cents. */
  price: z.int().nonnegative(),
});

export type ProductInput = z.output<typeof productInput>;
export type Product = ProductInput & { id: string };

/** The products, in memory. Replace this with your own storage. */
@Injectable()
export class Products {
  readonly #products = new Map<string, Product>();

  list(): Product[] {
    return [...this.#products.values()];
  }

  add(input: ProductInput): Product {
    const product = { id: crypto.randomUUID(), ...input };
    this.#products.set(product.id, product);
    return product;
  }

  /** @throws NotFoundException if there is no such product */
  change(id: string, input: Partial<ProductInput>): Product {
    const product = { ...this.#find(id), ...input };
    this.#products.set(id, product);
    return product;
  }

  /** @throws NotFoundException if there is no such product */
  remove(id: string): void {
    this.#products.delete(this.#find(id).id);
  }

  #find(id: string): Product {
    const product = this.#products.get(id);
    if (!product) throw new NotFoundException("No such product");
    return product;
  }
}
